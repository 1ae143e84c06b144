import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.data.AnswerDataFactory;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.UncastData;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.test.Scenario;

/**
 * Plays a form in JavaRosa by commands on standard input, one a line, one line of JSON back each.
 *
 *   load FILE | new | language NAME | next | previous | answer TEXT | skip | repeat | state | time RUNS FILE
 *
 * Line breaks inside an answer are written as \n.
 */
public final class Interviewer {
    private FormDef form;
    private FormEntryModel model;
    private FormEntryController controller;

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(new PrintStream(new File("/dev/null")));
        System.setErr(new PrintStream(new File("/dev/null")));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Interviewer interviewer = new Interviewer();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            int space = line.indexOf(' ');
            String command = space < 0 ? line : line.substring(0, space);
            String rest = space < 0 ? "" : line.substring(space + 1).replace("\\n", "\n");
            try {
                out.println(interviewer.play(command, rest));
            } catch (Throwable trouble) {
                out.println("{\"error\": " + quoted(trouble.getClass().getSimpleName() + ": " + trouble.getMessage()) + "}");
            }
        }
    }

    private String play(String command, String rest) throws Exception {
        switch (command) {
            case "load":
                form = Scenario.createFormDef(new File(rest));
                begin();
                return "{\"ok\": true}";
            case "new":
                begin();
                return "{\"ok\": true}";
            case "language":
                controller.setLanguage(rest);
                return "{\"ok\": true}";
            case "next":
                return step(true);
            case "previous":
                return step(false);
            case "answer":
                return "{\"result\": " + quoted(answered(rest)) + "}";
            case "skip":
                return "{\"result\": " + quoted(answered("")) + "}";
            case "repeat":
                controller.newRepeat();
                return "{\"ok\": true}";
            case "here":
                return shown();
            case "state":
                return state();
            case "time":
                String[] parts = rest.split(" ", 2);
                return time(Integer.parseInt(parts[0]), Files.readAllLines(new File(parts[1]).toPath()));
            default:
                return "{\"error\": \"no such command\"}";
        }
    }

    private void begin() {
        form.initialize(true, new InstanceInitializationFactory());
        model = new FormEntryModel(form);
        controller = new FormEntryController(model);
    }

    private String step(boolean forward) {
        int event;
        do {
            event = forward ? controller.stepToNextEvent() : controller.stepToPreviousEvent();
        } while (event == FormEntryController.EVENT_GROUP || event == FormEntryController.EVENT_REPEAT);
        return shown();
    }

    private String shown() {
        switch (model.getEvent()) {
            case FormEntryController.EVENT_BEGINNING_OF_FORM:
                return "{\"event\": \"beginning\"}";
            case FormEntryController.EVENT_END_OF_FORM:
                return "{\"event\": \"end\"}";
            case FormEntryController.EVENT_PROMPT_NEW_REPEAT:
                return "{\"event\": \"another\", \"ref\": " + quoted(model.getFormIndex().getReference().toString(true)) + "}";
            default:
                return question(model.getQuestionPrompt());
        }
    }

    private String question(FormEntryPrompt prompt) {
        StringBuilder json = new StringBuilder("{\"event\": \"question\", \"ref\": ");
        json.append(quoted(model.getFormIndex().getReference().toString(true)));
        json.append(", \"label\": ").append(quoted(text(prompt.getLongText())));
        json.append(", \"hint\": ").append(quoted(text(prompt.getHelpText())));
        json.append(", \"required\": ").append(prompt.isRequired());
        json.append(", \"value\": ").append(quoted(value(prompt.getAnswerValue())));
        json.append(", \"constraint\": ").append(quoted(text(prompt.getConstraintText())));
        json.append(", \"choices\": [");
        if (prompt.getSelectChoices() != null) {
            List<String> choices = new ArrayList<>();
            prompt.getSelectChoices().forEach(choice -> choices.add(
                "[" + quoted(choice.getValue()) + ", " + quoted(text(prompt.getSelectChoiceText(choice))) + "]"));
            json.append(String.join(", ", choices));
        }
        return json.append("]}").toString();
    }

    private String answered(String text) {
        switch (controller.answerQuestion(cast(text), true)) {
            case FormEntryController.ANSWER_OK:
                return "ok";
            case FormEntryController.ANSWER_REQUIRED_BUT_EMPTY:
                return "required";
            default:
                return "constraint";
        }
    }

    private IAnswerData cast(String text) {
        if (text.isEmpty()) {
            return null;
        }
        FormEntryPrompt prompt = model.getQuestionPrompt();
        return AnswerDataFactory.template(prompt.getControlType(), prompt.getDataType()).cast(new UncastData(text));
    }

    private String state() {
        List<String> found = new ArrayList<>();
        collect(form.getMainInstance().getRoot(), "", found);
        return "{" + String.join(", ", found) + "}";
    }

    private void collect(TreeElement node, String path, List<String> found) {
        if (!node.isRelevant() || node.getMult() == -2) {
            return;
        }
        String here = path + "/" + node.getName() + "[" + (node.getMult() + 1) + "]";
        if (node.getNumChildren() == 0) {
            found.add(quoted(here) + ": " + quoted(value(node.getValue())));
        }
        for (int child = 0; child < node.getNumChildren(); child++) {
            collect(node.getChildAt(child), here, found);
        }
    }

    /** Plays the same answers RUNS times from the beginning; an empty line skips a question, + adds to a repeat. */
    private String time(int runs, List<String> answers) {
        long calls = 0;
        long began = System.nanoTime();
        for (int run = 0; run < runs; run++) {
            begin();
            for (String answer : answers) {
                step(true);
                if (model.getEvent() != FormEntryController.EVENT_QUESTION) {
                    break;
                }
                controller.answerQuestion(cast(answer), true);
                calls += 2;
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        return "{\"seconds\": " + seconds + ", \"calls\": " + calls + ", \"runs\": " + runs + "}";
    }

    private static String value(IAnswerData data) {
        return data == null ? "" : data.uncast().getString();
    }

    private static String text(String text) {
        return text == null ? "" : text;
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
