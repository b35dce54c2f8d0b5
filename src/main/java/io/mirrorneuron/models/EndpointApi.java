package io.mirrorneuron.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.models.BoundedHttp.Bounds;
import io.mirrorneuron.models.BoundedHttp.Call;
import io.mirrorneuron.models.BoundedHttp.UpstreamFailure;
import io.mirrorneuron.models.BoundedHttp.UpstreamFailure.Kind;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Client of the configured OpenAI-compatible endpoint. Blocking. */
final class EndpointApi {
  private static final Bounds LIST =
      new Bounds(Duration.ofSeconds(4), Duration.ofSeconds(4), 4 << 20, 4 << 20);

  private final BoundedHttp http;
  private final ModelSettings.Endpoint endpoint;

  private record Offers(List<Offer> data) {}

  private record Offer(String id) {}

  EndpointApi(BoundedHttp http, ModelSettings.Endpoint endpoint) {
    this.http = http;
    this.endpoint = endpoint;
  }

  boolean isSet() {
    return endpoint.isSet();
  }

  /** The ids of all models it offers; empty without an endpoint. */
  Set<String> list() throws UpstreamFailure {
    Set<String> ids = new TreeSet<>();
    if (endpoint.isSet()) {
      URI uri = URI.create(endpoint.base() + "/models");
      try {
        String text = http.text(new Call("GET", uri, null, endpoint.key().value()), LIST);
        Offers offers = LenientJson.read(Json.parse(text), Offers.class);
        offers.data().stream().filter(one -> one.id() != null).forEach(one -> ids.add(one.id()));
      } catch (JsonProcessingException e) {
        throw new UpstreamFailure(Kind.BAD, "what it answered is not JSON");
      }
    }
    return ids;
  }
}
