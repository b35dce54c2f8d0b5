package io.mirrorneuron.runtime.manifest.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;

/** Which services may be on two nodes at once. */
class ServiceDoublingTest {
  private static final String GIVEN = "{'name':'web','port':'${env.MN_PORT_HTTP}'}";

  /**
   * @param service of the agent; null for none
   * @param ports that it asks for
   */
  private static ServiceDoubling of(String service, String ports, boolean mayRepeat) {
    ObjectNode manifest = Json.parseObject(SampleManifests.program("offers", "serve"), "manifest");
    ObjectNode work = (ObjectNode) manifest.get("nodes").get(0);
    if (service != null) {
      work.putArray("services").add(Json.parseObject(service.replace('\'', '"'), "service"));
    }
    work.set("resources", Json.parseObject(ports.replace('\'', '"'), "resources"));
    return ServiceDoubling.of(
        new Manifests(DefaultRunner.HOST_LOCAL).parse(manifest.toString()), agent -> mayRepeat);
  }

  @Test
  void aPortThatTheNodeGivesMayBeOnOneHostTwice() {
    ServiceDoubling doubling = of(GIVEN, "{'ports':[{'label':'http'}]}", true);
    assertThat(doubling.isPossible(true)).isTrue();
    assertThat(doubling.sentence()).isEqualTo("its services stay here until they pass there");
  }

  @Test
  void aPortOfItsAuthorMayBeOnTwoHosts() {
    for (ServiceDoubling doubling :
        new ServiceDoubling[] {
          of("{'name':'web','port':8080}", "{}", true),
          of("{'name':'web','port':'8080'}", "{}", true),
          of(GIVEN, "{'ports':[{'label':'http','port':8080}]}", true)
        }) {
      assertThat(doubling.isPossible(false)).isTrue();
      assertThat(doubling.isPossible(true)).isFalse();
      assertThat(doubling.sentence()).endsWith("which has port 8080 once");
    }
    assertThat(of("{'name':'web','url':'http://localhost:8080'}", "{}", true).isPossible(true))
        .isFalse();
    assertThat(of("{'name':'web'}", "{}", true).isPossible(true)).as("no port at all").isTrue();
  }

  @Test
  void whatMayNotRunTwiceEndsFirst() {
    ServiceDoubling doubling = of(GIVEN, "{'ports':[{'label':'http'}]}", false);
    assertThat(doubling.isPossible(false)).isFalse();
    assertThat(doubling.sentence()).contains("end first", "may not run twice");
  }

  @Test
  void aJobWithoutServicesHasNothingThatStays() {
    assertThat(of(null, "{}", true)).isEqualTo(ServiceDoubling.NOTHING);
    assertThat(ServiceDoubling.NOTHING.isPossible(false)).isFalse();
  }
}
