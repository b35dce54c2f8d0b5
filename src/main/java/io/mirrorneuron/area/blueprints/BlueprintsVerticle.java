package io.mirrorneuron.area.blueprints;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.blueprint.Blueprint;
import io.mirrorneuron.blueprint.Catalogs;
import io.mirrorneuron.blueprint.bundle.BlueprintBundle;
import io.mirrorneuron.blueprint.bundle.BlueprintForm;
import io.mirrorneuron.blueprint.bundle.ConfiguredBundle;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.launch.Launches;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.NewEvent;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The area {@code blueprints}. */
public final class BlueprintsVerticle extends AreaVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(BlueprintsVerticle.class);
  private static final int LIMIT = 64;

  private final BundleStaging staging;
  private final TriggerEvents events;
  private final Catalogs catalogs;
  private final BlueprintLists lists = new BlueprintLists();

  /**
   * @param events is told of each bundle that is there
   */
  public BlueprintsVerticle(
      BundleStaging staging,
      TriggerEvents events,
      Catalogs catalogs,
      Launches launches,
      SchedulesPort schedules) {
    super("blueprints", LIMIT);
    this.staging = staging;
    this.events = events;
    this.catalogs = catalogs;
    on("uploadBundle", this::uploadBundle);
    on("listBlueprints", this::list);
    on("getBlueprint", this::one);
    LaunchCalls calls = new LaunchCalls(launches, threads());
    on("validateBlueprint", calls::checkBlueprint);
    on("validateLaunch", calls::checkSource);
    on("scheduleLaunch", call -> ScheduledLaunch.make(launches, schedules, call));
    on("getLaunchProgress", calls::progress);
    on("updateBlueprints", call -> lists.of(catalogs.refreshed()));
    on("installBlueprint", call -> launches.models().install(LaunchRequest.installed(call)));
    on("uninstallBlueprint", call -> uninstall(launches, call));
    onHot("launchBlueprint", call -> calls.launchBlueprint(vertx, call, gone(call)));
    onHot("launch", call -> calls.launchSource(vertx, call, gone(call)));
    onHot("streamLaunchProgress", call -> calls.news(vertx, call));
  }

  private record One(
      Blueprint blueprint, @JsonInclude(JsonInclude.Include.NON_NULL) BlueprintForm form) {}

  /** A bundle that cannot be read is in the catalog all the same; whoever launches it is told. */
  private One one(ApiCall call) {
    Blueprint blueprint = catalogs.get(call.text("blueprint_id"));
    try {
      Path folder = catalogs.bundle(blueprint);
      BlueprintBundle bundle = BlueprintBundle.ofCatalog(blueprint, folder);
      return new One(blueprint, ConfiguredBundle.form(bundle));
    } catch (MnException e) {
      LOG.debug("nobody can launch the blueprint {}: {}", blueprint.id(), e.getMessage());
      return new One(blueprint, null);
    }
  }

  private static Object uninstall(Launches launches, ApiCall call) {
    String id = Catalogs.checked(call.text("blueprint_id"));
    return launches.models().uninstall(id, call.flag("remove_models"));
  }

  private Buffer list(ApiCall call) {
    String wanted = call.has("category") ? call.text("category") : "";
    return lists.of(catalogs.current(), Catalogs.slugs(wanted));
  }

  private ObjectNode uploadBundle(ApiCall call) {
    try {
      return uploaded(call);
    } catch (MnException e) {
      throw Fault.listed(e);
    }
  }

  private ObjectNode uploaded(ApiCall call) {
    ApiCall.Upload upload = call.upload();
    if (!upload.fileName().toLowerCase(Locale.ROOT).endsWith(".zip")) {
      throw new MnException(ErrorCode.MALFORMED, "invalid_bundle", "bundle must be a .zip file");
    }
    BundleStaging.Bundle bundle = staging.unpack(upload.path());
    ObjectNode answer = Json.object().put("bundle_path", bundle.handle());
    answer.set("manifest", named(bundle.manifest().tree()));
    tell(bundle, upload);
    return answer;
  }

  /** The page of release 1.2.5 shows the id of the graph; in the short form that is the name. */
  private static JsonNode named(ObjectNode manifest) {
    boolean isShort = manifest.get("steps") instanceof ArrayNode && !manifest.has("graph_id");
    return isShort && manifest.get("name") instanceof TextNode name
        ? Json.object().<ObjectNode>setAll(manifest).set("graph_id", name)
        : manifest;
  }

  /** The bundle is there whether or not anybody hears of it. */
  private void tell(BundleStaging.Bundle bundle, ApiCall.Upload upload) {
    Map<String, Object> payload = new LinkedHashMap<>();
    payload.put("bundle_path", bundle.handle());
    payload.put("filename", upload.fileName());
    payload.put("content_type", "application/zip");
    try {
      events.emit(new NewEvent(null, "bundle_uploaded", NewEvent.GATEWAY, payload));
    } catch (MnException e) {
      LOG.warn("nobody was told of the bundle {}: {}", bundle.handle(), e.getMessage());
    }
  }
}
