package io.mirrorneuron.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The files of a bundle as messages carry them, by path; nothing is copied that is in memory. */
final class PayloadBytes {
  private PayloadBytes() {}

  static Map<String, ByteString> of(Submission.Payloads payloads) {
    return switch (payloads) {
      case Submission.Payloads.Inline(var files) -> of(files);
      case Submission.Payloads.Folder(Path root) -> below(root);
    };
  }

  static Map<String, ByteString> of(Map<String, byte[]> files) {
    Map<String, ByteString> contents = new HashMap<>();
    files.forEach((path, bytes) -> contents.put(path, UnsafeByteOperations.unsafeWrap(bytes)));
    return contents;
  }

  /** Plain files only: what a link points to was not meant to be sent. */
  private static Map<String, ByteString> below(Path root) {
    try (Stream<Path> found = Files.walk(root)) {
      List<Path> paths =
          found.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)).toList();
      Map<String, ByteString> contents = new HashMap<>();
      for (Path path : paths) {
        String name = root.relativize(path).toString();
        name = name.replace(root.getFileSystem().getSeparator(), "/");
        contents.put(name, UnsafeByteOperations.unsafeWrap(Files.readAllBytes(path)));
      }
      return contents;
    } catch (IOException e) {
      throw MnException.invalid("the bundle's payloads cannot be read: " + e.getMessage());
    }
  }
}
