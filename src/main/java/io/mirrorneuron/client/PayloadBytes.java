package io.mirrorneuron.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.proto.job.v1.PayloadModes;
import io.mirrorneuron.proto.job.v1.SubmitJobRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Encodes bundles in messages, files by path; bytes in memory are not copied. */
final class PayloadBytes {
  private PayloadBytes() {}

  static SubmitJobRequest request(Submission submission) {
    Submission.Payloads payloads = submission.payloads();
    String config = submission.origin().configJson();
    return SubmitJobRequest.newBuilder()
        .setManifestJson(submission.manifestJson())
        .putAllPayloads(of(payloads))
        .setModes(PayloadModes.newBuilder().addAllExecutables(executables(payloads)))
        .setConfigJson(config == null ? "" : config)
        .build();
  }

  private static Map<String, ByteString> of(Submission.Payloads payloads) {
    return switch (payloads) {
      case Submission.Payloads.Inline(var files, var _) -> of(files);
      case Submission.Payloads.Folder(Path root) -> below(root);
    };
  }

  static Map<String, ByteString> of(Map<String, byte[]> files) {
    Map<String, ByteString> contents = new HashMap<>();
    files.forEach((path, bytes) -> contents.put(path, UnsafeByteOperations.unsafeWrap(bytes)));
    return contents;
  }

  /** The paths of executable files, in order. */
  private static List<String> executables(Submission.Payloads payloads) {
    return switch (payloads) {
      case Submission.Payloads.Inline(var _, var programs) -> programs.stream().sorted().toList();
      case Submission.Payloads.Folder(Path root) ->
          plain(root).stream()
              .filter(Files::isExecutable)
              .map(path -> name(root, path))
              .sorted()
              .toList();
    };
  }

  private static Map<String, ByteString> below(Path root) {
    try {
      Map<String, ByteString> contents = new HashMap<>();
      for (Path path : plain(root)) {
        byte[] bytes = Files.readAllBytes(path);
        contents.put(name(root, path), UnsafeByteOperations.unsafeWrap(bytes));
      }
      return contents;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static String name(Path root, Path path) {
    return root.relativize(path).toString().replace(root.getFileSystem().getSeparator(), "/");
  }

  /** Regular files only: the target of a link was not meant to be sent. */
  private static List<Path> plain(Path root) {
    if (!Files.isDirectory(root)) {
      return List.of(); // a bundle without payloads
    }
    try (Stream<Path> found = Files.walk(root)) {
      return found.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)).toList();
    } catch (UncheckedIOException e) {
      throw unreadable(e.getCause());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static MnException unreadable(IOException cause) {
    return MnException.invalid("the bundle's payloads cannot be read: " + cause.getMessage());
  }
}
