package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.mirrorneuron.runtime.exec.process.CappedBytes;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.port.PrintedOutput;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonErrorText;
import io.mirrorneuron.wire.NumberRange;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The output that is what a program printed ({@link PrintedOutput}), where the stored copy of
 * stdout says something else, since that is cut and has secrets hidden. Of a step it is whole as
 * far as it fits into memory, else an artifact; in a message there is none of that size.
 */
final class PlainOutput {
  private static final String NO_JSON = "output: json asks for JSON, and what it printed ";

  private final StoredText form;
  private final PrintedAnswer.Keeper keeper;
  private final boolean wantsJson;

  /**
   * @param wantsJson whether output that is text is a failure
   */
  PlainOutput(StoredText form, PrintedAnswer.Keeper keeper, boolean wantsJson) {
    this.form = form;
    this.keeper = keeper;
    this.wantsJson = wantsJson;
  }

  /**
   * The verdict with that output, where the program has named no other.
   *
   * @param text the beginning of what was printed
   * @param whole of a step: all of it when there is more; null for a message
   */
  Verdict in(Verdict verdict, CappedBytes text, AnswerBuffer whole) {
    Structured asked = verdict.structured();
    boolean named =
        Stream.of(asked.completeStep(), asked.completeRun())
            .anyMatch(completion -> completion != null && completion.output() != null);
    if (verdict.ending() != Ending.SUCCEEDED || named) {
      return verdict;
    }
    if (!text.overflowed()) {
      return inMemory(verdict, text, whole != null);
    }
    if (whole == null) {
      return wantsJson ? verdict.failed(NO_JSON + "is too long to be looked at") : verdict;
    }
    if (whole.isTooLong()) {
      return verdict.failed(
          "what it printed as the output of its step has %d bytes; max_artifact_bytes is %d"
              .formatted(whole.total(), whole.limit()));
    }
    try {
      FileSlice all = FileSlice.all(whole.file()).stripped();
      FileSlice output = verdict.isAnswered() ? beforeTheAnswer(all) : all;
      FileSlice json = json(output);
      return json == null && wantsJson
          ? verdict.failed(NO_JSON + "is text")
          : verdict.completed(kept(output, json));
    } catch (IOException e) {
      return verdict.failed("its output could not be kept as an artifact: " + e.getMessage());
    }
  }

  private Verdict inMemory(Verdict verdict, CappedBytes bytes, boolean isOfStep) {
    String text = form.goingOn(bytes.text());
    boolean isReported = isOfStep || text.length() <= PrintedOutput.MAX_TOLD_TWICE;
    if (!isReported && !wantsJson) {
      return verdict;
    }
    String printed = PrintedOutput.text(text, verdict.isAnswered());
    String near = NearJson.fault(printed);
    String refusal = wantsJson ? refusal(printed, near, verdict.isAnswered()) : null;
    if (refusal != null) {
      return verdict.failed(NO_JSON + refusal);
    }
    Verdict reported = isReported ? reported(verdict, bytes, text, isOfStep) : verdict;
    return near == null || reported.ending() != Ending.SUCCEEDED
        ? reported
        : reported.warning("its output is taken as text, and it " + near, printed);
  }

  /** Why that is not the JSON that was asked for; null when it is. */
  private static String refusal(String printed, String near, boolean answered) {
    if (near != null) {
      return near;
    }
    if (printed.isEmpty()) {
      return answered ? null : "is nothing";
    }
    return PrintedOutput.json(printed) == null ? "is text" : null;
  }

  private Verdict reported(Verdict verdict, CappedBytes bytes, String text, boolean isOfStep) {
    boolean isStored =
        bytes.total() <= form.maxBytes() && form.hidden(text).equals(text) && !isEmpty(verdict);
    if (isStored && !NumberRange.isToBeLookedAt(text)) {
      return verdict;
    }
    var output = PrintedOutput.of(text, verdict.isAnswered());
    String fault = NumberRange.fault(output);
    if (fault != null) {
      return verdict.failed(fault);
    }
    if (isStored) {
      return verdict;
    }
    Structured asked = verdict.structured();
    return isOfStep
        ? verdict.completed(new Completion(output))
        : verdict.asking(
            new Structured(
                asked.emits(),
                asked.events(),
                asked.nextState(),
                asked.completeStep(),
                asked.completeRun(),
                output));
  }

  /** Whether there is an answer that asks for nothing: it is no output either. */
  private static boolean isEmpty(Verdict verdict) {
    return verdict.isAnswered() && verdict.structured().equals(Structured.NONE);
  }

  /** The part of a text that is its JSON; null when there is none. */
  private static FileSlice json(FileSlice text) throws IOException {
    if (text.length() == 0 || isJson(text)) {
      return text;
    }
    FileSlice last = text.since(text.lastLine());
    boolean framed = last.first() == '{' || last.first() == '[';
    return framed && isJson(last) ? last : null;
  }

  private Completion kept(FileSlice text, FileSlice json) throws IOException {
    if (text.length() == 0) {
      return new Completion(Json.MAPPER.nullNode());
    }
    return keep(json == null ? new QuotedText(text.open()) : json.open());
  }

  /** The answer is all of the output, or its last line. */
  private static FileSlice beforeTheAnswer(FileSlice all) throws IOException {
    return isJson(all) ? all.until(all.from()) : all.until(all.lastLine()).stripped();
  }

  private static boolean isJson(FileSlice text) throws IOException {
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(text.open())) {
      parser.nextToken();
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private Completion keep(InputStream json) throws IOException {
    return new Completion(Json.parse(keeper.keep(form.goingOn(json))));
  }

  /** A text as JSON, made while it is read: any length, little memory. */
  private static final class QuotedText extends PieceStream {
    private static final int CHUNK = 16 << 10;
    private static final byte[] QUOTE = {'"'};

    private final Reader text;
    private final char[] chars = new char[CHUNK];
    private boolean begun;

    /** The first half of a character whose other half is still to be read. */
    private int held;

    private boolean ended;

    /**
     * @param text UTF-8; what is not becomes replacement characters
     */
    QuotedText(InputStream text) {
      this.text = new InputStreamReader(text, StandardCharsets.UTF_8);
    }

    @Override
    byte[] next() throws IOException {
      if (!begun) {
        begun = true;
        return QUOTE;
      }
      if (ended) {
        return null;
      }
      int count = text.read(chars, held, CHUNK - held);
      if (count < 0) {
        ended = true;
        return QUOTE;
      }
      int all = held + count;
      held = Character.isHighSurrogate(chars[all - 1]) ? 1 : 0;
      byte[] piece = JsonStringEncoder.getInstance().quoteAsUTF8(new String(chars, 0, all - held));
      if (held == 1) {
        chars[0] = chars[all - 1];
      }
      return piece;
    }
  }

  /**
   * Tells text that was meant as JSON and is none from any other text: what {@code print} of Python
   * or {@code console.log} make of a value, and JSON with a small fault. Who printed it does not
   * see that it is taken as text.
   */
  static final class NearJson {
    /** A value of a program has its first name near its beginning. */
    private static final int LOOKED_AT = 1000;

    private static final String PYTHON = "looks like %s of Python: print json.dumps(value) instead";

    private static final Pattern PYTHON_DICT =
        Pattern.compile(
            "[\\[(\\s]*\\{\\s*'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'\\s*:.*", Pattern.DOTALL);

    private static final Pattern OF_JAVASCRIPT =
        Pattern.compile("[\\[\\s]*\\{\\s*[A-Za-z_$][\\w$]*+\\s*:\\s.*", Pattern.DOTALL);

    /** A text in quotes of either kind, or a word that only Python has for a value. */
    private static final Pattern QUOTED_OR_WORD =
        Pattern.compile(
            "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\\b(True|False|None)\\b");

    /** What models print around an answer, on lines of its own. */
    private static final String FENCE = "```";

    /** A value with which no sentence and no line of a log begins. */
    private static final Pattern BEGUN =
        Pattern.compile(
            "\\{\\s*\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"\\s*:.*|\\[\\s*[\\d{\"-].*",
            Pattern.DOTALL);

    private static final Pattern WORD = Pattern.compile("True|False|None|NaN|-?Infinity");

    private static final JsonFactory LENIENT =
        JsonFactory.builder()
            .recyclerPool(Json.BUFFERS)
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .enable(JsonReadFeature.ALLOW_MISSING_VALUES)
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .build();

    private NearJson() {}

    /**
     * What the text looks like and how it becomes JSON, to be read behind "it"; null when it is
     * JSON, or nothing that was meant as such.
     *
     * @param text that was printed, without the space around it
     */
    static String fault(String text) {
      if (WORD.matcher(text).matches()) {
        return "looks like %s of Python: print json.dumps(value) instead, which knows true, false and null"
            .formatted(text);
      }
      if (text.startsWith("\uFEFF") && isJson(text.substring(1))) {
        return "looks like JSON behind a byte order mark: print it without";
      }
      if (isJson(fenced(text))) {
        return "looks like JSON in a code fence: print only what is between the two lines of ```";
      }
      String framed = faultOfFramed(text);
      return framed == null && BEGUN.matcher(text).matches() ? faultOfBegun(text) : framed;
    }

    /** What is between the lines of a code fence; empty when there is none. */
    private static String fenced(String text) {
      int begin = text.indexOf('\n');
      return begin > 0 && text.startsWith(FENCE) && text.endsWith("\n" + FENCE)
          ? text.substring(begin, text.length() - FENCE.length()).strip()
          : "";
    }

    private static boolean isJson(String text) {
      return isFramed(text) && parsingFault(text, Json.MAPPER.getFactory()) == null;
    }

    /** JSON that ends too early, or with something behind it that is none. */
    private static String faultOfBegun(String text) {
      try (JsonParser parser = Json.MAPPER.getFactory().createParser(text)) {
        parser.nextToken();
        parser.skipChildren();
        String rest = text.substring((int) parser.currentLocation().getCharOffset()).strip();
        boolean isMore = rest.startsWith("{") || rest.startsWith("[");
        if (rest.isEmpty() || rest.contains("\n") || !isMore && rest.contains("{")) {
          return null; // it is JSON, or lines of a log
        }
        return isMore
            ? "looks like several values of JSON: print one, such as a list of them"
            : "looks like JSON with text behind it: print the JSON last, on a line of its own";
      } catch (JsonProcessingException e) {
        JsonLocation place = e.getLocation(); // none where it is longer than anybody reads
        return place != null && place.getCharOffset() >= text.length()
            ? "looks like JSON that was cut off: its end is missing"
            : null;
      } catch (IOException e) {
        throw new UncheckedIOException(e); // of a text in memory
      }
    }

    private static String faultOfFramed(String text) {
      String last = text.substring(text.lastIndexOf('\n') + 1).strip();
      String found = null;
      for (String part : last.equals(text) ? List.of(text) : List.of(last, text)) {
        if (isFramed(part)) {
          String fault = parsingFault(part, Json.MAPPER.getFactory());
          if (fault == null) {
            return null;
          }
          found = found == null ? likeness(part, fault) : found;
        }
      }
      return found;
    }

    private static boolean isFramed(String text) {
      return text.startsWith("{") && text.endsWith("}")
          || text.startsWith("[") && text.endsWith("]");
    }

    private static String likeness(String text, String fault) {
      String begin = text.substring(0, Math.min(LOOKED_AT, text.length()));
      if (PYTHON_DICT.matcher(begin).matches()) {
        return PYTHON.formatted("a dict");
      }
      if (OF_JAVASCRIPT.matcher(begin).matches()) {
        return "looks like an object of JavaScript: print JSON.stringify(value) instead";
      }
      boolean isOfPython = text.indexOf('\'') >= 0 && text.startsWith("[");
      Matcher parts = QUOTED_OR_WORD.matcher(text);
      StringBuilder plain = new StringBuilder();
      while (parts.find()) {
        boolean isWord = parts.group(1) != null;
        isOfPython |= isWord;
        parts.appendReplacement(plain, isWord ? "null" : Matcher.quoteReplacement(parts.group()));
      }
      parts.appendTail(plain);
      if (parsingFault(plain.toString(), LENIENT) != null) {
        return null; // brackets around any text
      }
      return isOfPython
          ? PYTHON.formatted(text.startsWith("[") ? "a list" : "a dict")
          : "looks like JSON, which it is not: " + fault;
    }

    /** What is wrong with the text as one value; null when nothing is. */
    private static String parsingFault(String text, JsonFactory format) {
      try (JsonParser parser = format.createParser(text)) {
        parser.nextToken();
        parser.skipChildren();
        return parser.nextToken() == null ? null : "something stands after its end";
      } catch (JsonProcessingException e) {
        return JsonErrorText.of(e.getOriginalMessage());
      } catch (IOException e) {
        throw new UncheckedIOException(e); // of a text in memory
      }
    }
  }
}
