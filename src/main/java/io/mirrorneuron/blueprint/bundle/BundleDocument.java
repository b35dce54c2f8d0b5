package io.mirrorneuron.blueprint.bundle;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A small file of a bundle that must be an object of JSON. */
final class BundleDocument {
  /** Bytes of one file. */
  static final int MOST = 1 << 20;

  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private BundleDocument() {}

  /**
   * @param name below the folder, with forward slashes
   * @return empty when there is no such file
   * @throws MnException as the origin refuses, with the name of the file
   */
  static Optional<Map<String, Object>> read(BlueprintBundle bundle, String name) {
    Path file = bundle.folder().resolve(name);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    BundleOrigin origin = bundle.origin();
    String what = origin.what() + name;
    try {
      var object = JsonText.distinct(JsonText.decode(bytes(file, bundle, what), what), what);
      return Optional.of(Json.MAPPER.convertValue(object, OBJECT));
    } catch (MnException e) {
      throw origin.refusal(e, e.getMessage());
    }
  }

  private static byte[] bytes(Path file, BlueprintBundle bundle, String what) {
    try (OpenFile open = UntrustedFiles.openLinked(file, bundle.folder())) {
      byte[] bytes = open.stream().readNBytes(MOST + 1);
      if (bytes.length > MOST) {
        throw new MnException(
            ErrorCode.TOO_LARGE,
            "bundle_too_large",
            "%s has more than %d bytes: keep what is large in files below payloads/"
                .formatted(what, MOST));
      }
      return bytes;
    } catch (RefusedFile e) {
      throw bundle.origin().refusal(what + " " + e.getReason(), e);
    } catch (IOException e) {
      throw bundle.origin().refusal(what + " cannot be read", e);
    }
  }

  /** A document that was read before, as plain values. */
  static Map<String, Object> plain(Object tree) {
    return Json.MAPPER.convertValue(tree, OBJECT);
  }
}
