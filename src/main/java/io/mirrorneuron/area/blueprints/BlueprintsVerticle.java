package io.mirrorneuron.area.blueprints;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.wire.Json;
import java.util.Locale;

/** The area {@code blueprints}. */
public final class BlueprintsVerticle extends AreaVerticle {
  private static final int LIMIT = 16;

  private final BundleStaging staging;

  public BlueprintsVerticle(BundleStaging staging) {
    super("blueprints", LIMIT);
    this.staging = staging;
    on("uploadBundle", this::uploadBundle);
  }

  private ObjectNode uploadBundle(ApiCall call) {
    ApiCall.Upload upload = call.upload();
    if (!upload.fileName().toLowerCase(Locale.ROOT).endsWith(".zip")) {
      throw new MnException(ErrorCode.MALFORMED, "invalid_bundle", "bundle must be a .zip file");
    }
    BundleStaging.Bundle bundle = staging.unpack(upload.path());
    ObjectNode answer = Json.object().put("bundle_path", bundle.handle());
    answer.set("manifest", bundle.manifest().tree());
    return answer;
  }
}
