package io.mirrorneuron.blueprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a folder with an index that strangers wrote. */
class CatalogsTest {
  private final AtomicLong time = new AtomicLong();
  @TempDir private Path folder;

  private Catalogs catalogs() {
    return new Catalogs(new LocalCatalog(folder), time::get);
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  void aManifestOfManyValuesHidesNoOtherBlueprint() throws IOException {
    write("index.json", "[{\"id\":\"large\"},{\"id\":\"wide\"},{\"id\":\"small\"}]");
    write("large/manifest.json", "{\"type\":\"service\",\"x\":[" + "{},".repeat(1_000_000) + "0]}");
    write(
        "wide/manifest.json",
        "{\"type\":\"service\",\"requirements\":{\"x\":[" + "0,".repeat(6000) + "0]}}");
    write(
        "small/manifest.json",
        "{\"type\":\"service\",\"x\":["
            + "{},".repeat(10_000)
            + "0],\"requirements\":{\"gpu\":1}}");

    assertThat(catalogs().current().blueprints())
        .extracting(Blueprint::id, Blueprint::type, Blueprint::requirements)
        .containsExactly(
            tuple("large", "batch", Map.of()),
            tuple("wide", "batch", Map.of()),
            tuple("small", "service", Map.of("gpu", 1)));
  }

  @Test
  void anIndexOfTooManyValuesIsRefused() throws IOException {
    write("index.json", "[" + "{},".repeat(600_000) + "{}]");
    assertThatThrownBy(() -> catalogs().current())
        .hasMessage("blueprint repo index.json has more than 500000 values");
    write("index.json", "[]");
    write("category.json", "{\"categories\":[" + "{},".repeat(600_000) + "{}]}");
    assertThatThrownBy(() -> catalogs().current())
        .hasMessage("blueprint repo category.json has more than 500000 values");
  }

  @Test
  void aRecordHasAllMembersWhateverTheIndexSays() throws IOException {
    write(
        "index.json",
        """
        [{"id":"demo_bp","name":"Demo","category":"Finance Tools",
          "pricing":{"model":"hourly","rate":2.5,"unit":"hour"},"product":{"one_line":"Short line"}}]
        """);

    JsonNode record = Json.MAPPER.valueToTree(catalogs().get("demo_bp"));

    assertThat(record)
        .isEqualTo(
            Json.parseObject(
                """
                {"id":"demo_bp","type":"batch","name":"Demo","tagline":"Short line",
                 "summary":"Short line","description":"Short line","job_name":"","workflow_id":"",
                 "target_users":"","output":"","agent_role":"","customizable_for":"","problem":"",
                 "simulation_type":"","category":"Finance Tools","category_slug":"finance-tools",
                 "publisher":"MirrorNeuron","rating":0,"installs":0,
                 "pricing":{"model":"hourly","rate":2.5,"unit":"hour"},"requirements":{},
                 "rate_label":"$2.5/hour","hourly_rate":"$2.5/hour","capabilities":[],
                 "runtime_features":[],"icon":"","accent_color":"#1f7a8c","revision":"",
                 "path":"demo_bp"}
                """,
                "expected"));
  }

  @Test
  void namesMayBeWrittenEitherWayAndStandInProduct() throws IOException {
    write(
        "index.json",
        """
        {"blueprints":[{"blueprintId":"a","jobName":"Own","rating":4.5,"capabilities":["x",1],
          "product":{"job_name":"Other","targetUsers":"Bakers"}}]}
        """);
    Blueprint one = catalogs().get("a");
    assertThat(one.jobName()).isEqualTo("Own");
    assertThat(one.targetUsers()).isEqualTo("Bakers");
    assertThat(one.rating()).isEqualTo(4.5);
    assertThat(one.capabilities()).containsExactly("x", 1);
    assertThat(one.rateLabel()).isEqualTo("Free");
    assertThat(one.hourlyRate()).isEqualTo("$0/hr");
  }

  @Test
  void itsManifestSaysWhatItNeeds() throws IOException {
    write(
        "index.json",
        """
        [{"id":"a","type":"live","path":"sub/a","requirements":{"gpu":{"min_count":1},"cpu":{"min_cores":1}}}]
        """);
    assertThat(catalogs().get("a").type()).isEqualTo("live");
    write(
        "sub/a/manifest.json",
        """
        {"requirements":{"cpu":{"min_cores":4}},"metadata":{"init_config_review":{"fields":[]}}}
        """);
    JsonNode record = Json.MAPPER.valueToTree(catalogs().get("a"));
    assertThat(record.path("type").asText()).isEqualTo("batch");
    assertThat(record.path("requirements"))
        .hasToString("{\"gpu\":{\"min_count\":1},\"cpu\":{\"min_cores\":4}}");
    assertThat(record.path("init_config_review")).hasToString("{\"fields\":[]}");
  }

  @Test
  void categoriesAreCountedOverAllAndListedOnesComeFirst() throws IOException {
    write(
        "index.json",
        """
        [{"id":"a","category":"Zoo"},{"id":"b","category":"Art & Craft"},{"id":"c"},
         {"id":"d","category":"Zoo"}]
        """);
    write(
        "category.json",
        "{\"categories\":[{\"name\":\"Zoo\"},{\"name\":\"Empty\",\"slug\":\"e\"}]}");
    Catalog catalog = catalogs().current();
    assertThat(catalog.categories())
        .containsExactly(
            new Catalog.Category("Zoo", "zoo", 2),
            new Catalog.Category("Empty", "e", 0),
            new Catalog.Category("Art & Craft", "art-craft", 1),
            new Catalog.Category("General", "general", 1));
    assertThat(catalog.in(Catalogs.slugs("Art & Craft, general")))
        .extracting(Blueprint::id)
        .containsExactly("b", "c");
    assertThat(Catalogs.slugs(" , ")).isEmpty();
    assertThat(catalog.in(Set.of())).hasSize(4);
  }

  @Test
  void whatCannotBeABlueprintIsLeftOut() throws IOException {
    write(
        "index.json",
        """
        [7, null, {}, {"id":3}, {"id":"../x"}, {"id":"a b"}, {"id":"."}, {"id":".."}, {"id":"a"}, {"id":"a","name":"Second"}]
        """);
    assertThat(catalogs().current().blueprints()).extracting(Blueprint::name).containsExactly("a");
  }

  @Test
  void anEntryWithOddValuesSpoilsNothing() throws IOException {
    write(
        "index.json",
        """
        [{"id":"a","capabilities":[null,"x"],"rating":1e400,
          "pricing":{"model":"hourly","rate":1e400,"unit":"hour"}}, {"id":"b"}]
        """);
    Catalog catalog = catalogs().current();
    assertThat(catalog.blueprints()).extracting(Blueprint::id).containsExactly("a", "b");
    Blueprint odd = catalog.blueprints().getFirst();
    assertThat(odd.capabilities()).containsExactly(null, "x");
    assertThat(odd.rating()).isEqualTo(0);
    assertThat(odd.pricing().rate()).isEqualTo(0);
    assertThat(odd.rateLabel()).isEqualTo("Free");
  }

  @Test
  void valuesOfSecretFieldsAreToldNobody() throws IOException {
    write("index.json", "[{\"id\":\"a\"}]");
    write(
        "a/manifest.json",
        """
        {"init_config_review":{"required":true,"fields":["site.name",
          {"path":"site.pin","secret":true,"label":"Pin","default":"hush1","examples":["hush2"],
           "schema":{"type":"string","default":"hush3","examples":["hush4"]}},
          {"path":"site.api_key","default":"hush5","examples":["hush6"],"placeholder":"hush7"},
          {"path":"llm.max_tokens","default":100},
          {"path":"site.title","default":"Harbour","examples":["Port",null]}]}}
        """);
    assertThat(Json.MAPPER.valueToTree(catalogs().get("a").initConfigReview()).toString())
        .isEqualTo(
            "{\"required\":true,\"fields\":[\"site.name\","
                + "{\"path\":\"site.pin\",\"secret\":true,\"label\":\"Pin\",\"schema\":{\"type\":\"string\"}},"
                + "{\"path\":\"site.api_key\"},"
                + "{\"path\":\"llm.max_tokens\",\"default\":100},"
                + "{\"path\":\"site.title\",\"default\":\"Harbour\",\"examples\":[\"Port\",null]}]}");
  }

  @Test
  void noPathLeadsOutOfTheCatalog(@TempDir Path elsewhere) throws IOException {
    Files.writeString(elsewhere.resolve("manifest.json"), "{\"type\":\"secret\"}");
    Files.createSymbolicLink(folder.resolve("link"), elsewhere);
    write(
        "index.json",
        """
        [{"id":"up","path":"../%1$s"},{"id":"root","path":"%2$s"},{"id":"link"},{"id":"nul","path":"a\\u0000b"}]
        """
            .formatted(elsewhere.getFileName(), elsewhere));
    Catalogs catalogs = catalogs();
    assertThat(catalogs.current().blueprints()).isEmpty();
    for (String id : List.of("up", "root", "link", "nul")) {
      assertThatThrownBy(() -> catalogs.bundle(catalogs.get(id)))
          .as(id)
          .isInstanceOf(MnException.class)
          .hasMessage("blueprint path escapes repository");
    }
  }

  @Test
  void aCatalogThatIsBrokenSaysHow() throws IOException {
    assertThatThrownBy(() -> catalogs().current())
        .hasMessage("blueprint repo index.json was not found");
    write("index.json", "[{");
    assertThatThrownBy(() -> catalogs().current())
        .hasMessageStartingWith("blueprint repo index.json is malformed at line 1, column 3: ");
    write("index.json", "{\"blueprints\":{}}");
    assertThatThrownBy(() -> catalogs().current())
        .hasMessage("blueprint repo index.json must be a list");
    write("index.json", "[]");
    write("category.json", "[]");
    assertThatThrownBy(() -> catalogs().current())
        .hasMessage("blueprint repo category.json is malformed");
  }

  /** A list of it is megabytes, which are written again when it is another one. */
  @Test
  @Timeout(20)
  void aPipeIsNoIndexAndNoCategories() throws Exception {
    pipe("index.json");
    assertThatThrownBy(() -> catalogs().current())
        .hasMessage("blueprint repo index.json is no regular file");
    Files.delete(folder.resolve("index.json"));
    write("index.json", "[]");
    pipe("category.json");
    assertThatThrownBy(() -> catalogs().current())
        .hasMessage("blueprint repo category.json is no regular file");
  }

  private void pipe(String name) throws Exception {
    Process made = new ProcessBuilder("mkfifo", folder.resolve(name).toString()).start();
    assertThat(made.waitFor()).isZero();
  }

  @Test
  void aLargeCatalogIsTheSameUntilSomethingChanges() throws IOException {
    StringBuilder index = new StringBuilder("[{\"id\":\"b\"}");
    for (int i = 0; i < 9_999; i++) {
      index.append(",{\"id\":\"b%d\",\"category\":\"c%d\"}".formatted(i, i % 20));
    }
    write("index.json", index + "]");
    write("b/manifest.json", "{\"type\":\"service\"}");
    Catalogs catalogs = catalogs();
    Catalog first = catalogs.current();
    assertThat(first.blueprints()).hasSize(10_000);
    assertThat(first.in(Set.of("c3"))).hasSize(500);
    time.addAndGet(Duration.ofSeconds(61).toNanos());
    assertThat(catalogs.current()).isSameAs(first);
    time.addAndGet(Duration.ofSeconds(6).toNanos());
    assertThat(catalogs.current()).isSameAs(first);
    write("b/manifest.json", "{\"type\":\"batch\"}");
    Eventually.eventually(
        "it was looked through meanwhile",
        () -> {
          time.addAndGet(Duration.ofSeconds(6).toNanos());
          return catalogs.current() != first;
        });
    assertThat(catalogs.get("b").type()).isEqualTo("batch");
  }

  @Test
  void changesOfTheIndexShowAtOnceThoseOfManifestsWithinSeconds() throws IOException {
    write("index.json", "[{\"id\":\"a\"}]");
    Catalogs catalogs = catalogs();
    assertThat(catalogs.get("a").type()).isEqualTo("batch");
    assertThat(catalogs.current()).isSameAs(catalogs.current());
    write("a/manifest.json", "{\"type\":\"service\"}");
    assertThat(catalogs.get("a").type()).isEqualTo("batch");
    time.addAndGet(Duration.ofSeconds(61).toNanos());
    assertThat(catalogs.get("a").type()).isEqualTo("service");
    write("index.json", "[{\"id\":\"a\"},{\"id\":\"b\"}]");
    assertThat(catalogs.current().blueprints()).hasSize(2);
  }

  @Test
  void theBuiltInCatalogIsWhole() {
    Path home = folder.resolve("home/catalog");
    Catalogs catalogs = new Catalogs(new BuiltInCatalog(home), time::get);
    Catalog catalog = catalogs.current();
    assertThat(catalog.blueprints()).hasSizeGreaterThanOrEqualTo(6);
    catalog.blueprints().forEach(one -> assertThat(catalogs.bundle(one)).exists());
    assertThat(catalog.categories()).allMatch(category -> category.count() > 0);
    assertThat(home.resolveSibling("catalog.new")).doesNotExist();
  }
}
