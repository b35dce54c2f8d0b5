package io.mirrorneuron.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests in files. */
class ManifestFileTest {
  @TempDir Path folder;

  private ManifestFile yaml(String text) throws IOException {
    Files.writeString(folder.resolve("manifest.yaml"), text);
    return ManifestFile.in(folder, "");
  }

  @Test
  void aManifestOfTooManySmallValuesIsRefusedBeforeItIsRead() throws IOException {
    Files.writeString(
        folder.resolve("manifest.json"),
        "{\"x\":[" + "{\"a\":0},".repeat(3_500_000) + "0]} nothing more is read");
    assertThatThrownBy(() -> ManifestFile.in(folder, "bundle "))
        .hasMessageStartingWith("bundle manifest.json has more than 500000 values")
        .hasMessageContaining("payloads/")
        .extracting(failure -> ((MnException) failure).error())
        .isEqualTo("too_many_values");
  }

  @Test
  void yamlHasItsOwnLimit() {
    assertThatThrownBy(() -> yaml("x: [" + "a,".repeat(200_000) + "a]"))
        .hasMessageContaining("it has more than 200000 keys and values");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "no | \"no\"",
        "on | \"on\"",
        "yes | \"yes\"",
        "true | true",
        "False | false",
        "null | null",
        "~ | null",
        "`` | null",
        "12 | 12",
        "-7 | -7",
        "+7 | 7",
        "0 | 0",
        "0o17 | 15",
        "0xFF | 255",
        "1_000 | \"1_000\"",
        "3000000000 | 3000000000",
        "123456789012345678901234567890 | 123456789012345678901234567890",
        "1.50 | 1.5",
        ".5 | 0.5",
        "1e3 | 1000.0",
        "1:30 | \"1:30\"",
        "2026-01-02 | \"2026-01-02\"",
        "'12' | \"12\"",
        "!!str 12 | \"12\"",
        "[a, 1] | [\"a\",1]",
        "{a: {b: c}} | {\"a\":{\"b\":\"c\"}}",
      })
  void scalarsHaveTheMeaningOfTheCoreSchema(String written, String json) throws Exception {
    String text = written == null ? "x:" : "x: " + written;
    assertThat(yaml(text).json()).isEqualTo("{\"x\":" + json + "}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: 1\\n\\tb: 2 | at line 2, column 1: a tab stands where only spaces may: indent with"
            + " spaces",
        "a:\\n\\t- b | at line 2, column 1: a tab stands where only spaces may: indent with spaces",
        "a: 1\\na: 2 | at line 2, column 1: key a is in line 1 already",
        "1: a | at line 1, column 1: key 1 must be text: write \"1\"",
        "true: a | at line 1, column 1: key true must be text: write \"true\"",
        "[a]: b | at line 1, column 1: a key must be text, not a list or an object",
        "<<: {a: 1} | at line 1, column 1: merge keys (<<) are not part of YAML 1.2; write the"
            + " members out",
        "a: 010 | at line 1, column 4: 010 is octal to some readers and decimal to others: write"
            + " it without the zero, as 0o… or in quotes",
        "a: .inf | at line 1, column 4: .inf has no JSON value",
        "a: !ruby x | at line 1, column 4: tag !ruby is not known here: leave it out",
        "a: !!set {b} | at line 1, column 4: tag tag:yaml.org,2002:set is not known here: leave"
            + " it out",
        "a: 1\\n---\\nb: 2 | at line 2, column 1: it holds several documents: keep one, and no ---",
        "a: b: c | at line 1, column 5: a name with a colon stands where none may: look at the"
            + " indentation, and quote text that has a colon",
        "a:\\n  b: 1\\n c: 2 | at line 3, column 2: the indentation does not fit that of the lines"
            + " before",
        "a: *b | at line 1, column 4: an alias (*name) names no anchor (&name) before it",
        "a: &b [*b] | at line 1, column 4: an alias stands for what it is in",
        "- a | at line 1, column 1: it must hold members, as name: value",
        "'' | at line 1, column 1: it is empty",
        "# only | at line 1, column 1: it is empty",
        "a: \"b | at line 1, column 6: a quote is not closed",
      })
  void whatIsWrongIsToldWithLineAndColumn(String text, String message) {
    assertThatThrownBy(() -> yaml(text == null ? "" : text.translateEscapes()))
        .isInstanceOf(MnException.class)
        .hasMessageContaining("manifest.yaml is malformed")
        .hasMessageEndingWith(message);
  }

  @Test
  void aliasesStandForCopiesWithinLimits() throws Exception {
    assertThat(yaml("a: &x {n: 1}\nb: *x\n").json()).isEqualTo("{\"a\":{\"n\":1},\"b\":{\"n\":1}}");
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    assertThatThrownBy(() -> yaml(bomb.toString()))
        .hasMessageContaining("its aliases stand for more than 100000 values");
    String longText = "'" + "x".repeat(200_000) + "'";
    assertThatThrownBy(() -> yaml("a: &a " + longText + "\nb: [" + "*a, ".repeat(20_000) + "]"))
        .hasMessageEndingWith(
            "line 1, column 4: its aliases stand for more than 100000 values, or 4194304"
                + " characters");
    String longName = "? " + "x".repeat(40_000) + "\n  : 1";
    assertThatThrownBy(() -> yaml("a: &a\n  " + longName + "\nb: [" + "*a, ".repeat(1_000) + "]"))
        .hasMessageContaining("or 4194304 characters");
    assertThatThrownBy(() -> yaml("a: " + "[".repeat(5000) + "]".repeat(5000)))
        .hasMessageContaining("it is nested deeper than 100 levels");
  }

  @Test
  void oneManifestIsEnough() throws Exception {
    Files.writeString(folder.resolve("manifest.json"), "{}");
    assertThatThrownBy(() -> yaml("a: 1"))
        .hasMessage("manifest.json and manifest.yaml are both there: keep one of them");
  }

  @Test
  void jsonStaysAsItIs() throws Exception {
    Files.writeString(folder.resolve("manifest.json"), "\uFEFF{ \"a\" : 1.0 }\n");
    assertThat(ManifestFile.in(folder, "").json()).isEqualTo("{ \"a\" : 1.0 }\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ISO-8859-1 | it seems to be Latin-1 or Windows-1252: byte 12, in line 2, is 0xE9",
        "UTF-16 | it seems to be UTF-16",
        "UTF-16LE | it seems to be UTF-16",
        "UTF-16BE | it seems to be UTF-16",
        "UTF-32 | it seems to be UTF-32",
        "UTF-32LE | it seems to be UTF-32",
      })
  void otherEncodingsAreNamed(String encoding, String reason) throws Exception {
    byte[] bytes = "a: 1\nname: é\n".getBytes(Charset.forName(encoding));
    Files.write(folder.resolve("manifest.yaml"), bytes);
    assertThatThrownBy(() -> ManifestFile.in(folder, "my-bundle/"))
        .hasMessage(
            "my-bundle/manifest.yaml is not in UTF-8: %s. Save it in UTF-8".formatted(reason));
  }

  @Test
  void aMarkBeforeYamlIsLeftOut() throws Exception {
    assertThat(yaml("\uFEFFname: é\n").tree().get("name").textValue()).isEqualTo("é");
  }

  @Test
  void aReportNamesLineAndColumn() throws Exception {
    ManifestFile file = yaml("name: n\nsteps:\n  - id: a\n    run: [x]\n  - id: b\n    rum: y\n");

    assertThat(at(file, "/manifest/steps/1/rum")).isEqualTo("manifest.yaml:6:5");
    assertThat(at(file, "/manifest/steps/1/run/0")).isEqualTo("manifest.yaml:5:5");
    assertThat(at(file, "/manifest/steps/0/run")).isEqualTo("manifest.yaml:4:5");
    assertThat(at(file, "/manifest/nodes")).isEqualTo("manifest.yaml:1:1");
  }

  private static String at(ManifestFile file, String pointer) {
    Issue issue = Issue.error("c", "m", "", new Location("manifest", "", pointer));
    Location place =
        file.located(Validation.of(List.of(issue), null)).issues().getFirst().location();
    return place.file() + ":" + place.line() + ":" + place.column();
  }

  @Test
  void valuesArePutIntoWhatIsDeclared() throws Exception {
    ManifestFile file = yaml("inputs: {city: Lisbon, days: {default: 1}, key: }\n");
    Map<String, JsonNode> values =
        Map.of("city", TextNode.valueOf("Porto"), "days", IntNode.valueOf(2));

    String filled = InputValues.into(file.json(), file.tree(), values);

    assertThat(Json.parse(filled).get("inputs"))
        .hasToString(
            "{\"city\":{\"default\":\"Lisbon\",\"value\":\"Porto\"},"
                + "\"days\":{\"default\":1,\"value\":2},\"key\":null}");
    assertThat(InputValues.into(file.json(), file.tree(), Map.of())).isSameAs(file.json());
    assertThatThrownBy(
            () -> InputValues.into(file.json(), file.tree(), Map.of("ctiy", TextNode.valueOf("x"))))
        .hasMessage("unknown input ctiy; did you mean city?");
  }

  @Test
  void theTextIsInUtf8() throws Exception {
    Files.write(folder.resolve("manifest.yml"), "a: ü".getBytes(StandardCharsets.UTF_8));
    assertThat(ManifestFile.isIn(folder)).isTrue();
    assertThat(ManifestFile.in(folder, "").tree().get("a").textValue()).isEqualTo("ü");
  }

  @Test
  void whatIsTooDeepOrUnprintableHasAPlace() {
    assertThatThrownBy(() -> yaml("a: 1\nb: x\0"))
        .hasMessageEndingWith(
            "at line 2, column 5: it has the character U+0000, which YAML does not allow: leave it"
                + " out");
    assertThatThrownBy(() -> yaml("a:\n " + "[".repeat(100_000)))
        .hasMessageEndingWith("at line 2, column 101: it is nested deeper than 100 levels");
    assertThatThrownBy(() -> yaml("a: 1\nb: " + "1".repeat(100_000)))
        .hasMessageEndingWith("at line 2, column 4: a number has more than 1000 digits");
    assertThatThrownBy(() -> yaml("? " + "x".repeat(60_000) + "\n: 1"))
        .hasMessageEndingWith("at line 1, column 3: a name has more than 50000 characters");
  }

  @Test
  void aFileThatIsTooLargeIsNotParsed() {
    assertThatThrownBy(() -> yaml("a: '" + "x".repeat(4 << 20) + "'"))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE))
        .hasMessage(
            "manifest.yaml has 4194309 bytes; at most 1048576 are read. A manifest.json may have"
                + " 33554432");
  }

  @Test
  void jsonThatIsTooLargeIsNotParsed() throws Exception {
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("manifest.json").toFile(), "rw")) {
      file.setLength((32 << 20) + 1);
    }
    assertThatThrownBy(() -> ManifestFile.in(folder, ""))
        .hasMessage(
            "manifest.json has 33554433 bytes; at most 33554432 are read: keep what is large in"
                + " files below payloads/");
  }

  /** Each takes more than twice as long for twice as much; the limit keeps that short. */
  @ParameterizedTest
  @ValueSource(strings = {"a: 'X'", "a: X", "a: |\n  X", "a: >\n  X", "#X\na: 1", "'X': 1", "X"})
  void theLargestYamlIsReadSoon(String form) throws Exception {
    String text = form.replace("X", (form.equals("X") ? "- [1, b]\n" : "x").repeat(1 << 20));
    Files.writeString(folder.resolve("manifest.yaml"), text.substring(0, 1 << 20));

    assertTimeout(
        Duration.ofSeconds(10), // on a machine that does much else; alone it takes half a second
        () -> {
          try {
            ManifestFile.in(folder, "");
          } catch (MnException e) { // most are cut off
            assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED);
          }
        });
  }

  @Test
  void aRefusalReportsItsPlace() throws Exception {
    Files.writeString(folder.resolve("manifest.json"), "{\"name\": \"x\",\n \"steps\": [");

    MnException refusal =
        catchThrowableOfType(MnException.class, () -> ManifestFile.in(folder, "here/"));

    assertThat(refusal)
        .hasMessage(
            "here/manifest.json is malformed at line 2, column 12: the list that begins at line 2,"
                + " column 11 is not closed");
    Issue issue = Malformed.issues(refusal).getFirst();
    assertThat(issue.location())
        .isEqualTo(new Location("manifest", "", "/manifest").at("manifest.json", 2, 12));
    assertThat(issue.sentence())
        .isEqualTo("manifest.json:2:12: the list that begins at line 2, column 11 is not closed");
  }

  @Test
  void aNameComesOnceInJsonToo() throws Exception {
    Files.writeString(folder.resolve("manifest.json"), "{\"a\": 1,\n \"a\": 2}");
    assertThatThrownBy(() -> ManifestFile.in(folder, ""))
        .hasMessageContaining("at line 2, column 5: a is in this object already: keep one of them");
  }

  @Test
  void jsonHasPlacesWhereYamlHasThem() throws Exception {
    String text = "{\"a\": [1, {\"b\": \"x\", \"c/d\": {}},\n [[2], 3]], \"e\": {\"f\": null}}";
    Files.writeString(folder.resolve("manifest.json"), text);
    ManifestFile json = ManifestFile.in(folder, "");
    Files.delete(folder.resolve("manifest.json"));
    ManifestFile yaml = yaml(text);
    for (String pointer :
        List.of("", "/a", "/a/0", "/a/1/b", "/a/1/c~1d", "/a/2/0/0", "/a/2/1", "/e/f", "/e/g")) {
      assertThat(at(json, "/manifest" + pointer).replace(".json", ".yaml"))
          .as(pointer)
          .isEqualTo(at(yaml, "/manifest" + pointer));
    }
  }
}
