"""The same questionnaire as a good python-telegram-bot author would write it: a ConversationHandler in memory.

It does per turn what one must: find the handler, check the answer against the choices, keep it in `user_data`, choose
the next question by its condition (written in Python, not read from a form), make the text with its progress and
the keyboard. It sends nothing, keeps nothing on disk, and is handed updates that are parsed already.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from telegram import (
    CallbackQuery,
    Chat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.request import BaseRequest, RequestData
from telegram.warnings import PTBUserWarning

from dialogues.form import Form, Kind, Question
from tests.benchmarks.people import Step

Answers = dict[str, str]
REVIEW = "review"

CONDITIONS: dict[str, Callable[[Answers], bool]] = {
    "sup_months": lambda answers: answers.get("sup_had") == "yes",
    "sup_helps": lambda answers: answers.get("sup_had") == "yes",
    "sup_form_filling": lambda answers: answers.get("sup_had") == "yes",
    "worry_year": lambda answers: answers.get("own_experience") == "yes",
    "worry_last": lambda answers: answers.get("worry_year") in ("told", "some", "kept"),
    "told_next": lambda answers: answers.get("worry_year") in ("told", "some"),
    "told_treated": lambda answers: answers.get("worry_year") in ("told", "some"),
    "kept_barriers": lambda answers: answers.get("worry_year") in ("kept", "some"),
    "signs_before": lambda answers: answers.get("own_experience") == "yes",
}


class Questionnaire:
    """The questions, the handlers, and the last reply of each turn."""

    def __init__(self, form: Form) -> None:
        self.questions = [question for question in form.questions.values() if question.kind.is_asked]
        self.names = [question.name for question in self.questions]
        self.labels = [question.label.to("en") for question in self.questions]
        self.hints = [question.hint.to("en") for question in self.questions]
        self.choices = [
            {choice.name: choice.label.to("en") for choice in form.choices.get(question.choices, ())}
            for question in self.questions
        ]
        self.replies = 0
        self.submitted = 0

    def handler(self) -> ConversationHandler[Any]:
        """One state for each question, and one to look everything over."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PTBUserWarning)  # taps are answered per chat, as wanted
            return ConversationHandler(
                entry_points=[CommandHandler("start", self.start)],
                states={
                    **{
                        place: self._handlers(place, question)
                        for place, question in enumerate(self.questions)
                    },
                    REVIEW: [CallbackQueryHandler(self.submit, pattern="^submit$")],
                },
                fallbacks=[CommandHandler("back", self.stay), CommandHandler("risk", self.stay)],
            )

    def _handlers(self, place: int, question: Question) -> list[Any]:
        async def tap(update: Update, context: ContextTypes.DEFAULT_TYPE) -> object:
            assert update.callback_query is not None
            value = str(update.callback_query.data).partition(":")[2]
            return self.take(place, value, context) if value in self.choices[place] else place

        async def typed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> object:
            assert update.message is not None
            text = (update.message.text or "").strip()
            if question.kind is Kind.INTEGER and not (text.isdecimal() and 0 <= int(text) <= 60):
                return place
            return self.take(place, text, context)

        async def skip(_: Update, context: ContextTypes.DEFAULT_TYPE) -> object:
            return self.take(place, "", context)

        words = filters.TEXT & ~filters.COMMAND
        reply: CallbackQueryHandler[Any, Any] | MessageHandler[Any, Any] = (
            CallbackQueryHandler(tap, pattern=f"^{question.name}:")
            if self.choices[place]
            else MessageHandler(words, typed)
        )
        return [reply, CommandHandler("skip", skip)]

    async def start(self, _: Update, context: ContextTypes.DEFAULT_TYPE) -> object:
        """Begin anew."""
        assert context.user_data is not None
        context.user_data["answers"] = {}
        return self.ask(0, context)

    async def stay(self, _: Update, __: ContextTypes.DEFAULT_TYPE) -> None:
        """The commands that are offered everywhere; nobody gives them here."""

    async def submit(self, _: Update, context: ContextTypes.DEFAULT_TYPE) -> object:
        """Hand in."""
        assert context.user_data is not None
        self.submitted += bool(context.user_data["answers"])
        self.reply("Thank you.", None)
        return ConversationHandler.END

    def take(self, place: int, value: str, context: ContextTypes.DEFAULT_TYPE) -> object:
        """Keep an answer, and ask what comes next."""
        assert context.user_data is not None
        answers: Answers = context.user_data["answers"]
        answers[self.names[place]] = value
        for later in range(place + 1, len(self.names)):
            condition = CONDITIONS.get(self.names[later])
            if condition is None or condition(answers):
                return self.ask(later, context)
        return self.review(answers)

    def ask(self, place: int, context: ContextTypes.DEFAULT_TYPE) -> int:
        """One question with its keyboard."""
        assert context.user_data is not None
        done = len(context.user_data["answers"])
        text = f"{done} of {len(self.names)}\n\n{self.labels[place]}\n\n{self.hints[place]}"
        name = self.names[place]
        rows = [
            [InlineKeyboardButton(label, callback_data=f"{name}:{value}")]
            for value, label in self.choices[place].items()
        ]
        rows.append([InlineKeyboardButton("Back", callback_data="back")])
        self.reply(text, InlineKeyboardMarkup(rows))
        return place

    def review(self, answers: Answers) -> str:
        """All answers so far."""
        lines = [
            f"{self.labels[place]}: {self.choices[place].get(answers[name], answers[name])}"
            for place, name in enumerate(self.names)
            if name in answers
        ]
        self.reply(
            "\n".join(lines),
            InlineKeyboardMarkup([[InlineKeyboardButton("Hand in", callback_data="submit")]]),
        )
        return REVIEW

    def reply(self, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
        """Where it would be sent."""
        self.last = (text, keyboard)
        self.replies += 1


class Silence(BaseRequest):
    """Answers `getMe`, which an application asks once when it starts, without a network."""

    @property
    def read_timeout(self) -> float:
        """Never waited for."""
        return 1.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: object, **__: object
    ) -> tuple[int, bytes]:
        """Who the bot is."""
        assert url.endswith("getMe"), f"{method} {url} {request_data}"
        me = {"id": 1, "is_bot": True, "first_name": "Candour", "username": "candour_bot"}
        return 200, json.dumps({"ok": True, "result": me}).encode()


def application(questionnaire: Questionnaire) -> Application[Any, Any, Any, Any, Any, Any]:
    """An application with nothing but the questionnaire."""
    built = (
        Application.builder()
        .token("1:none")
        .request(Silence())
        .get_updates_request(Silence())
        .updater(None)
        .job_queue(None)
        .build()
    )
    built.add_handler(questionnaire.handler())
    return built


def updates(
    app: Application[Any, Any, Any, Any, Any, Any], steps: tuple[Step, ...], person: int
) -> list[Update]:
    """What Telegram would have sent, parsed already."""
    user = User(1000 + person, first_name="Ann", is_bot=False)
    chat = Chat(1000 + person, Chat.PRIVATE)
    return [_update(app, step, user, chat, 1000 * person + number) for number, step in enumerate(steps)]


def _update(
    app: Application[Any, Any, Any, Any, Any, Any], step: Step, user: User, chat: Chat, number: int
) -> Update:
    now = datetime(2026, 5, 4, tzinfo=UTC)
    if step.data:
        message = Message(number, now, chat, text="…")
        query = CallbackQuery(str(number), user, chat_instance="1", message=message, data=step.data)
        update = Update(number, callback_query=query)
    else:
        command = [MessageEntity(MessageEntity.BOT_COMMAND, 0, len(step.text))] if step.text[0] == "/" else []
        message = Message(number, now, chat, from_user=user, text=step.text, entities=command)
        update = Update(number, message=message)
    update.set_bot(app.bot)
    for part in (update.message, update.callback_query):
        if part is not None:
            part.set_bot(app.bot)
    return update
