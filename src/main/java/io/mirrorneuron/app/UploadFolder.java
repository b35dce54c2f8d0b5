package io.mirrorneuron.app;

import io.mirrorneuron.config.BundleSettings;
import io.mirrorneuron.gateway.call.Uploads;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.BundleZip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where uploads arrive, and where bundles wait unpacked until they are submitted.
 *
 * @param quota what both may take of the disk together
 */
record UploadFolder(Path path, UploadQuota quota, BundleStaging staging) {
  private static final Duration SWEEP_EVERY = Duration.ofHours(1);

  /** Removes what an earlier server left half uploaded, and from now on what is too old. */
  static UploadFolder open(ServerContext on) throws IOException {
    BundleSettings.Uploads limits = on.config().uploads();
    Path path = Files.createDirectories(on.config().home().resolve("uploads"));
    Uploads.clear(path);
    UploadQuota quota = new UploadQuota(limits.maxCount(), limits.maxBytes(), limits.lifetime());
    BundleStaging staging =
        new BundleStaging(
            path.resolve("bundles"), BundleZip.Limits.DEFAULT, on.clock(), on.ids()::secret, quota);
    on.vertx()
        .setPeriodic(0, SWEEP_EVERY.toMillis(), timer -> Thread.startVirtualThread(staging::sweep));
    return new UploadFolder(path, quota, staging);
  }
}
