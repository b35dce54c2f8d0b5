package io.mirrorneuron.runtime.exec.workspace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies what a node uploads from its bundle's payloads into a workspace. Links are followed only
 * inside the payloads and arrive as what they point to, so the workspace holds no link of ours.
 */
public final class WorkspaceUploads {
  /** Deeper folders are assumed to be a loop of links. */
  private static final int MAX_DEPTH = 64;

  private final PayloadFiles payloads;
  private final Path workspace;
  private final String sandboxRoot;

  /**
   * @param workspace real path of the workspace
   * @param sandboxRoot absolute prefix that stands for the workspace
   */
  private WorkspaceUploads(PayloadFiles payloads, Path workspace, String sandboxRoot) {
    this.payloads = payloads;
    this.workspace = workspace;
    this.sandboxRoot = sandboxRoot;
  }

  static void copy(ObjectNode config, Path payloads, Path workspace, String sandboxRoot)
      throws IOException, NotStarted {
    List<Upload> uploads = Upload.of(config);
    if (!uploads.isEmpty()) {
      var copier =
          new WorkspaceUploads(PayloadFiles.of(payloads, "upload source"), workspace, sandboxRoot);
      for (Upload upload : uploads) {
        copier.copy(upload);
      }
    }
  }

  /** Whether a node has some. */
  static boolean areIn(ObjectNode config) throws NotStarted {
    return !Upload.of(config).isEmpty();
  }

  /** Copies all payload files to the folder, which need not exist. */
  public static void copyAll(Path payloads, Path folder) throws IOException, NotStarted {
    var copier = new WorkspaceUploads(PayloadFiles.of(payloads, "payload file"), folder, "");
    copier.copy(copier.payloads.root(), folder, ".", 0);
  }

  /** As written: what follows checks it against the disk, not against the manifest's rules. */
  private record Upload(String source, String target) {

    static List<Upload> of(ObjectNode config) throws NotStarted {
      JsonNode paths = config.path("upload_paths");
      JsonNode several = paths.isArray() ? paths : config.path("uploads");
      if (several.isArray()) {
        var uploads = new ArrayList<Upload>();
        for (JsonNode each : several) {
          uploads.add(
              each.isTextual()
                  ? new Upload(each.asText(), null)
                  : new Upload(text(each, "source"), text(each, "target")));
        }
        return uploads;
      }
      String single = text(config, "upload_path");
      return single == null ? List.of() : List.of(new Upload(single, text(config, "upload_as")));
    }

    private static String text(JsonNode owner, String name) {
      return owner.path(name).isTextual() ? owner.path(name).asText() : null;
    }
  }

  private void copy(Upload upload) throws IOException, NotStarted {
    if (upload.source() == null || upload.source().isBlank()) {
      throw new NotStarted("upload source is missing");
    }
    if (payloads.root() == null && Path.of(upload.source()).normalize().toString().isEmpty()) {
      return; // all of no files
    }
    Path source = payloads.find(upload.source());
    String name = Path.of(upload.source()).normalize().getFileName().toString();
    String target = upload.target() == null ? name : upload.target();
    Path destination = inside(workspace, sandboxRoot, target, "upload target");
    Files.createDirectories(destination.getParent());
    copy(source, destination, upload.source(), 0);
  }

  private void copy(Path source, Path destination, String text, int depth)
      throws IOException, NotStarted {
    if (depth > MAX_DEPTH) {
      throw new NotStarted("upload source is nested too deeply: " + text);
    }
    Path real = Files.isSymbolicLink(source) ? payloads.real(source, text) : source;
    if (Files.isDirectory(real)) {
      Files.createDirectories(destination);
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(real)) {
        for (Path entry : entries) {
          copy(entry, destination.resolve(entry.getFileName()), text, depth + 1);
        }
      }
    } else if (Files.isRegularFile(real)) {
      try {
        // The mode, executable bit included, comes along; times and owners are of no use here.
        Files.copy(real, destination, StandardCopyOption.REPLACE_EXISTING);
      } catch (FileAlreadyExistsException e) {
        throw new NotStarted("upload target is a folder: " + destination.getFileName(), e);
      }
    } else {
      throw new NotStarted("upload source is neither file nor folder: " + text);
    }
  }

  /**
   * The place in the workspace that a manifest names, relative or below {@code sandboxRoot}.
   *
   * @param what how the setting is called in the error
   */
  static Path inside(Path workspace, String sandboxRoot, String text, String what)
      throws NotStarted {
    boolean mapped = text.equals(sandboxRoot) || text.startsWith(sandboxRoot + "/");
    String relative = mapped ? text.substring(sandboxRoot.length()).replaceFirst("^/+", "") : text;
    try {
      Path place = workspace.resolve(relative).normalize();
      if (place.startsWith(workspace)) {
        return place;
      }
    } catch (InvalidPathException e) {
      // No path at all is no path inside.
    }
    throw new NotStarted(what + " must stay inside the workspace: " + text);
  }
}
