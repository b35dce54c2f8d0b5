package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.runtime.exec.protocol.LargeAnswer.TooMuch;
import io.mirrorneuron.wire.JsonErrorText;
import java.io.IOException;
import java.io.InputStream;

/**
 * Where the stdout protocol is looked for.
 *
 * @param text all of the output, or its last line when that is too long
 * @param refusal why it cannot be followed, in one sentence; null when it can
 */
public record PrintedAnswer(String text, String refusal) {
  static final String UNUSABLE = "the program gave no answer that can be used: ";

  /** Keeps a value of an answer apart. */
  public interface Keeper {
    /** Answers the JSON text that stands for it in the answer. */
    String keep(InputStream json) throws IOException;
  }

  /**
   * All of the output.
   *
   * @param most bytes that an answer may have
   */
  static PrintedAnswer of(String text, long most) {
    long bytes = text.length() * 3L <= most ? 0 : StdoutProtocol.answerBytes(text);
    return bytes > most ? tooLong(bytes, most) : new PrintedAnswer(text, null);
  }

  /**
   * @param inline bytes that an answer may have without what is kept apart
   * @param most bytes that it may have at all
   */
  static PrintedAnswer of(AnswerBuffer buffer, int inline, long most, Keeper keeper) {
    if (buffer.isInMemory()) {
      return new PrintedAnswer(buffer.text(), null);
    }
    if (!buffer.isFramed()) {
      return new PrintedAnswer("", null);
    }
    if (buffer.isTooLong()) {
      return tooLong(buffer.total(), most);
    }
    try {
      return new PrintedAnswer(LargeAnswer.reduced(buffer.file(), inline, keeper), null);
    } catch (JsonProcessingException e) {
      return notRead(buffer, e);
    } catch (TooMuch e) {
      return refused(
          "its answer has %d bytes beside its outputs and bodies of more than 1 MiB; %d are possible"
              .formatted(e.bytes(), inline));
    } catch (IOException e) {
      return refused("its answer could not be kept as an artifact: " + e.getMessage());
    }
  }

  /** What was not meant as an answer is output as any. */
  private static PrintedAnswer notRead(AnswerBuffer buffer, JsonProcessingException why) {
    try {
      return BrokenAnswer.isMeant(FileSlice.all(buffer.file()).stripped())
          ? refused(JsonErrorText.of(why.getOriginalMessage()))
          : new PrintedAnswer("", null);
    } catch (IOException e) {
      return refused("its answer could not be read again: " + e.getMessage());
    }
  }

  private static PrintedAnswer tooLong(long bytes, long most) {
    return refused(
        "what it printed as its answer has %d bytes; max_artifact_bytes is %d"
            .formatted(bytes, most));
  }

  private static PrintedAnswer refused(String why) {
    return new PrintedAnswer("", UNUSABLE + why);
  }
}
