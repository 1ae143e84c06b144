"""The same questionnaire as a good python-telegram-bot author would write it: a ConversationHandler.

It does per turn what one must: find the handler, check the answer against the choices, keep it in `user_data`, choose
the next question by its condition, make the text with its progress, and show it with its keyboard.
"""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from typing import Any, TypeAlias

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
    BasePersistence,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.request import BaseRequest, RequestData
from telegram.warnings import PTBUserWarning

from dialogues.form import Form
from tests.benchmarks.people import Step
from tests.benchmarks.questionnaire import Answers, Questionnaire
from tests.benchmarks.wire import ME

App: TypeAlias = Application[Any, Any, Any, Any, Any, Any]
REVIEW = "review"
_HAND_IN = InlineKeyboardMarkup([[InlineKeyboardButton("Hand in", callback_data="submit")]])


class Conversation:
    """The handlers, and how many replies they made. It sends nothing: `reply` is where it would."""

    def __init__(self, form: Form) -> None:
        self.asks = Questionnaire(form)
        self.replies = 0
        self.submitted = 0

    def handler(self, *, persistent: bool = False) -> ConversationHandler[Any]:
        """One state for each question, and one to look everything over."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PTBUserWarning)  # taps are answered per chat, as wanted
            return ConversationHandler(
                entry_points=[CommandHandler("start", self.start)],
                states={
                    **{place: self._handlers(place) for place in range(len(self.asks.names))},
                    REVIEW: [CallbackQueryHandler(self.submit, pattern="^submit$")],
                },
                fallbacks=[CommandHandler("back", self.stay), CommandHandler("risk", self.stay)],
                persistent=persistent,
                name="questionnaire",
            )

    def _handlers(self, place: int) -> list[Any]:
        name, choices = self.asks.names[place], self.asks.choices[place]

        async def tap(update: Update, context: ContextTypes.DEFAULT_TYPE) -> object:
            assert update.callback_query is not None
            await self.acknowledge(update.callback_query)
            value = str(update.callback_query.data).partition(":")[2]
            return await self.take(place, value, update, context) if value in choices else place

        async def typed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> object:
            assert update.message is not None
            text = (update.message.text or "").strip()
            return await self.take(place, text, update, context) if self.asks.fits(place, text) else place

        async def skip(update: Update, context: ContextTypes.DEFAULT_TYPE) -> object:
            return await self.take(place, "", update, context)

        reply: CallbackQueryHandler[Any, Any] | MessageHandler[Any, Any] = (
            CallbackQueryHandler(tap, pattern=f"^{name}:")
            if choices
            else MessageHandler(filters.TEXT & ~filters.COMMAND, typed)
        )
        return [reply, CommandHandler("skip", skip)]

    async def start(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> object:
        """Begin anew."""
        assert context.user_data is not None
        context.user_data["answers"] = {}
        return await self.ask(0, update, {})

    async def stay(self, _: Update, __: ContextTypes.DEFAULT_TYPE) -> None:
        """The commands that are offered everywhere; nobody gives them here."""

    async def submit(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> object:
        """Hand in."""
        assert context.user_data is not None
        assert update.callback_query is not None
        await self.acknowledge(update.callback_query)
        self.submitted += bool(context.user_data["answers"])
        await self.reply(update, "Thank you.", None)
        return ConversationHandler.END

    async def take(
        self, place: int, value: str, update: Update, context: ContextTypes.DEFAULT_TYPE
    ) -> object:
        """Keep an answer, and ask what comes next."""
        assert context.user_data is not None
        answers: Answers = context.user_data["answers"]
        answers[self.asks.names[place]] = value
        following = self.asks.following(place, answers)
        if following is not None:
            return await self.ask(following, update, answers)
        await self.reply(update, self.asks.summary(answers), _HAND_IN)
        return REVIEW

    async def ask(self, place: int, update: Update, answers: Answers) -> int:
        """One question with its keyboard."""
        await self.reply(update, self.asks.wording(place, answers), self.keyboard(place))
        return place

    def keyboard(self, place: int) -> InlineKeyboardMarkup:
        """The choices of a question, as buttons made for this message."""
        name, choices = self.asks.names[place], self.asks.choices[place]
        rows = [
            [InlineKeyboardButton(label, callback_data=f"{name}:{value}")] for value, label in choices.items()
        ]
        return InlineKeyboardMarkup([*rows, [InlineKeyboardButton("Back", callback_data="back")]])

    async def acknowledge(self, query: CallbackQuery) -> None:
        """Where a tap would be answered."""

    async def reply(self, update: Update, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
        """Where it would be sent."""
        self.last = (update.update_id, text, keyboard)
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
        return 200, ME.encode()


def application(
    handler: ConversationHandler[Any],
    request: BaseRequest | None = None,
    persistence: BasePersistence[Any, Any, Any] | None = None,
) -> App:
    """An application with nothing but the questionnaire."""
    builder = Application.builder().token("1:none").updater(None).job_queue(None)
    builder = builder.request(request or Silence()).get_updates_request(Silence())
    built = (builder.persistence(persistence) if persistence is not None else builder).build()
    built.add_handler(handler)
    return built


def updates(app: App, steps: tuple[Step, ...], person: int) -> list[Update]:
    """What Telegram would have sent, parsed already."""
    user = User(1000 + person, first_name="Ann", is_bot=False)
    chat = Chat(1000 + person, Chat.PRIVATE)
    return [_update(app, step, user, chat, 1000 * person + number) for number, step in enumerate(steps)]


def _update(app: App, step: Step, user: User, chat: Chat, number: int) -> Update:
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
