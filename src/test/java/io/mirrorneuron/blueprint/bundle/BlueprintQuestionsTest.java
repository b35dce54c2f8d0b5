package io.mirrorneuron.blueprint.bundle;

import static io.mirrorneuron.blueprint.bundle.BundleFixture.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.blueprint.Blueprint;
import io.mirrorneuron.blueprint.BuiltInCatalog;
import io.mirrorneuron.blueprint.Catalogs;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked before a launch, and what becomes of the answers. */
class BlueprintQuestionsTest {
  private static final String MANIFEST =
      """
      {'name':'demo','description':'Shows it','steps':[{'id':'a','run':['true']}],
       'inputs':{
         'subject':{'default':'tides','description':'What about','schema':{'type':'string','minLength':1}},
         'tone':{'default':'formal','schema':{'enum':['friendly','formal']}},
         'count':3,'must':{'description':'Nobody knows'},'bare':null,'nothing':{'default':null}},
       'metadata':{'init_config_review':{'required':true,'fields':[
         {'path':'llm.model','label':'Model','description':'Which one','choices':['a','b'],'placeholder':'a'},
         {'path':'limits.rows','min':1,'max':10},'site.name',
         {'path':'site.api_key','secret':true},{'path':'site.depth','default':2},
         {'path':'site.owner','required':true},{'path':'subject','label':'Never asked'},{'label':'No path'},7]}}}
      """;

  @TempDir private Path folder;
  private BundleFixture bundle;

  @BeforeEach
  void make() {
    bundle = new BundleFixture(folder).manifest(MANIFEST);
    bundle.write(
        "config/default.json",
        "{'llm':{'model':'a'},'limits':{'rows':5},'site':{'name':'Harbour','api_key':'hush'}}");
  }

  private JsonNode form() {
    return Json.MAPPER.valueToTree(ConfiguredBundle.form(bundle.read()));
  }

  @Test
  void anAnswerWhosePatternCannotBeSearchedForIsRefused() {
    var field =
        new AskedField(
            "site.name",
            DottedPath.of("site.name"),
            Map.of("pattern", "^(a+)+\\1b$"),
            Map.of(),
            null,
            false,
            false);
    assertThat(field.faults("a".repeat(60), List.of("inputs")))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.type()).isEqualTo("unusable_schema");
              assertThat(fault.msg()).contains("back reference");
            });
  }

  @Test
  void examplesThatAreNullAreLeftOut() {
    bundle.manifest(
        """
        {'steps':[{'id':'a','run':['true']}],
         'init_config_review':{'fields':[{'path':'site.name','examples':[null,'Port']}]}}
        """);
    assertThat(form().path("properties").path("site.name").path("examples"))
        .hasToString("[\"Port\"]");
  }

  @Test
  void inputsAndFieldsAreAskedInTheirOrder() {
    JsonNode form = form();
    assertThat(form.path("type").asText()).isEqualTo("object");
    assertThat(form.path("title").asText()).isEqualTo("demo");
    assertThat(form.path("description").asText()).isEqualTo("Shows it");
    assertThat(form.path("additionalProperties")).hasToString("false");
    assertThat(form.path("required")).hasToString("[\"must\",\"bare\",\"site.owner\"]");
    assertThat(form.path("properties").fieldNames())
        .toIterable()
        .containsExactly(
            "subject",
            "tone",
            "count",
            "must",
            "bare",
            "nothing",
            "llm.model",
            "limits.rows",
            "site.name",
            "site.api_key",
            "site.depth",
            "site.owner");
    assertProperty(
        "subject",
        "{'title':'Subject','type':'string','minLength':1,'description':'What about','default':'tides','x-review':'optional'}");
    assertProperty("tone", "{'title':'Tone','enum':['friendly','formal'],'default':'formal'}");
    assertProperty("count", "{'title':'Count','type':'number','default':3}");
    assertProperty("must", "{'title':'Must','description':'Nobody knows'}");
    assertProperty(
        "llm.model",
        "{'title':'Model','description':'Which one','enum':['a','b'],'examples':['a'],'default':'a','x-review':'optional'}");
    assertProperty(
        "limits.rows",
        "{'title':'Rows','type':'number','minimum':1,'maximum':10,'default':5,'x-review':'optional'}");
    assertProperty(
        "site.name", "{'title':'Name','type':'string','default':'Harbour','x-review':'optional'}");
    assertProperty(
        "site.api_key",
        "{'title':'Api key','type':'string','writeOnly':true,'x-review':'optional'}");
    assertProperty(
        "site.depth", "{'title':'Depth','type':'number','default':2,'x-review':'optional'}");
    assertProperty("site.owner", "{'title':'Owner','x-review':'required'}");
  }

  private void assertProperty(String name, String json) {
    assertThat(form().path("properties").path(name))
        .as(name)
        .isEqualTo(Json.parseObject(json.replace('\'', '"'), "expected"));
  }

  @Test
  void secretsAreReportedNobody() {
    bundle.manifest(
        "{'inputs':{'api_token':'hush-one','max_tokens':5,'access':{'default':{'password':'hush-two'}}}}");
    assertThat(form().toString()).doesNotContain("hush").contains("\"default\":5");
    bundle.manifest(MANIFEST);
    assertThat(form().toString()).doesNotContain("hush");
    assertRefused("{'site.api_key':17}", "body.inputs.site.api_key: does not fit its schema");
  }

  /** A choice among values tells them all. */
  @Test
  void choicesOfWhatIsSecretAreToldNobody() {
    bundle.manifest(
        "{'inputs':{'word':{'schema':{'type':'string','writeOnly':true,'anyOf':[{'const':'hush-1'}]}}},"
            + "'init_config_review':{'fields':[{'path':'site.name','secret':true,'choices':['hush-2','hush-3']},"
            + "{'path':'site.api_key','enum':['hush-4'],'placeholder':'hush-5'}]}}");

    assertThat(form().toString()).doesNotContain("hush");
    assertProperty("word", "{'title':'Word','type':'string','writeOnly':true,'anyOf':[{}]}");
    assertProperty("site.name", "{'title':'Name','writeOnly':true,'x-review':'optional'}");
    assertProperty("site.api_key", "{'title':'Api key','writeOnly':true,'x-review':'optional'}");
    assertRefused("{'site.name':'hush-9'}", "body.inputs.site.name: does not fit its schema");
  }

  @Test
  void theConfigurationSaysWhatInputsCountNow() {
    bundle.write("config/overwrite.json", "{'inputs':{'must':'there'}}");
    assertThat(form().path("properties").path("must").path("default").asText()).isEqualTo("there");
    assertThat(form().path("required").toString()).doesNotContain("must");
  }

  @Test
  void aSchemaThatRefersToItselfKeepsItsRoot() {
    bundle.manifest(
        "{'inputs':{'tree of':{'default':[],'schema':{'$defs':{'t':{'type':'array'}},'$ref':'#/$defs/t'}}}}");
    assertThat(form().path("properties").path("tree of").path("$id").asText())
        .isEqualTo("urn:mirrorneuron:input:tree+of");
    assertThat(bundle.configured("{}", "{'tree of':[1]}").inputs()).containsKey("tree of");
    assertRefused("{'tree of':1}", "body.inputs.tree of:"); // whatever the library says of it
  }

  @Test
  void answersGoToInputsAndToTheConfiguration() {
    ConfiguredBundle launch =
        bundle.configured(
            "{'site':{'name':'Port'}}",
            "{'subject':'gulls','must':[1],'bare':0,'llm.model':'b','site.owner':'Ann'}");
    assertThat(launch.inputs()).isEqualTo(object("{'subject':'gulls','must':[1],'bare':0}"));
    assertThat(launch.config().merged())
        .isEqualTo(
            object(
                "{'llm':{'model':'b'},'limits':{'rows':5},"
                    + "'site':{'name':'Port','api_key':'hush','depth':2,'owner':'Ann'}}"));
  }

  private void assertRefused(String answers, String... sentences) {
    assertThatThrownBy(() -> bundle.configured("{}", answers))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID))
        .hasMessageContainingAll(sentences);
  }

  @Test
  void allThatDoesNotFitIsToldAtOnce() {
    assertRefused(
        "{'subjct':'x','tone':'rude','limits.rows':11,'llm.model':3,'site.nothing.at.all':1}",
        "body.inputs.subjct: is unknown; did you mean subject?",
        "body.inputs.tone:",
        "body.inputs.limits.rows:",
        "body.inputs.llm.model:",
        "body.inputs.must: is required",
        "body.inputs.site.owner: is required",
        "body.inputs.site.nothing.at.all: is unknown");
    bundle.manifest("{'name':'none','steps':[{'id':'a','run':['true']}]}");
    assertRefused("{'x':1}", "body.inputs.x: is unknown; the blueprint asks for nothing");
  }

  @Test
  void aSchemaThatCannotBeUsedIsNamed() {
    bundle.manifest("{'inputs':{'x':{'default':1,'schema':{'$ref':'#/nowhere'}}}}");
    assertRefused("{'x':1}", "body.inputs.x: cannot be checked");
  }

  @Test
  void theBuiltInBlueprintsAskForWhatTheyTake() {
    Catalogs catalogs =
        new Catalogs(new BuiltInCatalog(folder.resolve("home/catalog")), System::nanoTime);
    assertThat(catalogs.current().blueprints()).hasSizeGreaterThanOrEqualTo(6);
    for (Blueprint one : catalogs.current().blueprints()) {
      BlueprintBundle built = BlueprintBundle.ofCatalog(one, catalogs.bundle(one));
      BlueprintForm form = ConfiguredBundle.form(built);
      assertThat(form.title()).isEqualTo(one.name());
      assertThat(form.required()).as(one.id()).isEmpty();
      assertThat(form.properties()).as(one.id()).isNotEmpty();
      form.properties()
          .forEach(
              (name, property) ->
                  assertThat(property)
                      .as(one.id() + "." + name)
                      .containsKeys("title", "description", "default"));
      Map<String, Object> defaults = new java.util.LinkedHashMap<>();
      form.properties().forEach((name, property) -> defaults.put(name, property.get("default")));
      assertThat(ConfiguredBundle.of(built, Map.of(), defaults).inputs()).isEqualTo(defaults);
    }
  }
}
