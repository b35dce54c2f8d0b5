package io.mirrorneuron.launch.hook;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.RefusedFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The file by which a hook says that it is ready, with what it adds as an object of JSON. It may be
 * looked at while it is written: what is no complete object yet may become one. For one thread.
 */
final class ReadyFile {
  static final String NAME = "pre_launch.ready";
  private static final int MOST = 1 << 20;
  private static final int LONGEST_VALUE = 96 << 10;

  /** So many looks at the same text mean that nobody writes any more. */
  private static final int STEADY = 10;

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final Path folder;
  private String last;
  private int looks;

  /** What it may say; other members are the hook's own. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Document(Map<String, Object> env, Map<String, Object> config) {}

  /**
   * @param folder of the run, an absolute path without links
   */
  ReadyFile(Path folder) {
    this.folder = folder;
  }

  Path path() {
    return folder.resolve(NAME);
  }

  boolean isThere() {
    return Files.isRegularFile(path(), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * @param isLast whether nobody can write it any more
   * @return empty while it is not there, or is being written
   * @throws MnException INTERNAL {@code pre_launch_failed} when what it says makes no sense
   */
  Optional<HookNews> look(boolean isLast) {
    String text;
    try {
      text = new String(UntrustedFiles.read(path(), folder, MOST), StandardCharsets.UTF_8).trim();
    } catch (RefusedFile e) {
      throw wrong(e.getReason());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw wrong("cannot be read: " + e.getMessage());
    }
    looks = text.equals(last) ? looks + 1 : 0;
    last = text;
    boolean isSteady = isLast || looks >= STEADY;
    if (!text.startsWith("{") && !text.startsWith("[")) { // nothing, or words such as "ready"
      return isSteady || !text.isEmpty() ? Optional.of(HookNews.NONE) : Optional.empty();
    }
    try {
      return Optional.of(news(Json.read(text, Document.class, NAME)));
    } catch (MnException e) {
      if (isSteady || e.error().equals("pre_launch_failed")) {
        throw e.error().equals("pre_launch_failed") ? e : wrong("says: " + e.getMessage());
      }
      return Optional.empty();
    }
  }

  private static HookNews news(Document document) {
    Map<String, String> environment = new LinkedHashMap<>();
    if (document.env() != null) {
      document.env().forEach((name, value) -> environment.put(name, checked(name, value)));
    }
    Map<String, Object> config = document.config() == null ? Map.of() : document.config();
    return new HookNews(environment, config);
  }

  private static String checked(String name, Object value) {
    if (!VARIABLE.matcher(name).matches()) {
      throw wrong("has in env a name that no variable can have");
    }
    String text = String.valueOf(value);
    boolean isText = value != null && !(value instanceof Map) && !(value instanceof Collection);
    if (!isText || text.indexOf('\0') >= 0 || text.length() > LONGEST_VALUE) {
      throw wrong(
          "must say in env.%s a text of at most %d characters".formatted(name, LONGEST_VALUE));
    }
    return text;
  }

  private static MnException wrong(String what) {
    return new MnException(ErrorCode.INTERNAL, "pre_launch_failed", NAME + " " + what);
  }
}
