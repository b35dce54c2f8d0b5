package io.mirrorneuron.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * What a program was built from.
 *
 * @param version of the program
 * @param commit of its sources, with {@code +changes} behind it where they had changes; null when
 *     they lay in no repository
 * @param date of that commit, an ISO time, so that the same sources give the same program; null
 *     without one
 */
public record Build(String version, String commit, String date) {
  /** Written by the build. */
  public static final String FILE = "build.properties";

  private static final int SHORT = 8;
  private static final Build CURRENT = read();

  /** This program. */
  public static Build current() {
    return CURRENT;
  }

  private static Build read() {
    try (InputStream in = Build.class.getResourceAsStream("/" + FILE)) {
      Properties reported = new Properties();
      if (in != null) {
        try (Reader text = new InputStreamReader(in, StandardCharsets.UTF_8)) {
          reported.load(text);
        }
      }
      return new Build(
          reported.getProperty("version", "development"),
          reported.getProperty("commit"),
          reported.getProperty("date"));
    } catch (IOException e) {
      throw new UncheckedIOException(FILE + " cannot be read", e);
    }
  }

  /** For a line or a table: the version, and the beginning of the commit. */
  public String brief() {
    if (commit == null) {
      return version;
    }
    String id = commit.substring(0, Math.min(SHORT, commit.length()));
    return version + " " + id + (commit.endsWith("+changes") ? "+" : "");
  }

  /** All of it, for people. */
  public String words() {
    return commit == null ? version : "%s (commit %s of %s)".formatted(version, commit, date);
  }
}
