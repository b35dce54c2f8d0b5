package io.mirrorneuron.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/**
 * The file that an area answers with.
 *
 * @param path without links
 * @param within folder of all names of the file; null for the file's own folder
 * @param fileName for saving; null for display in the browser
 * @param deleteAfter whether it was made for this answer alone
 * @param remote where to request it when another node has it; else null
 */
public record FileDocument(
    String path,
    String within,
    @JsonProperty("content_type") String contentType,
    @JsonProperty("file_name") String fileName,
    @JsonProperty("delete_after") boolean deleteAfter,
    @JsonProperty("far") RemoteRead remote) {

  public static FileDocument read(byte[] answer) {
    return Json.read(new String(answer, UTF_8), FileDocument.class, "answer of an area");
  }

  public Path file() {
    return Path.of(path);
  }

  public Path folder() {
    return within == null ? file().toAbsolutePath().getParent() : Path.of(within);
  }

  /**
   * A file for an answer, as of now; bytes that are appended later are not sent.
   *
   * @param size in bytes
   * @param modified to the second, as in HTTP
   * @param tag changes with the file
   * @param fileName for saving; null for display in the browser
   */
  public record FileFacts(
      long size, Instant modified, String tag, String contentType, String fileName) {

    /**
     * @param identity the same for all names of one file
     */
    public static FileFacts of(
        long size, FileTime modified, Object identity, FileDocument document) {
      String tag =
          "\"%x-%x-%x\""
              .formatted(
                  modified.to(TimeUnit.NANOSECONDS), size, String.valueOf(identity).hashCode());
      Instant second = modified.toInstant().truncatedTo(ChronoUnit.SECONDS);
      return new FileFacts(size, second, tag, document.contentType(), document.fileName());
    }
  }

  /**
   * A read on another node.
   *
   * @param owner that node as an owner of jobs; any other node at its address refuses
   * @param address {@code host:port} of its gRPC endpoint
   * @param area the tag of the operation
   * @param call JSON for the area
   */
  public record RemoteRead(
      String owner, String address, String area, String operation, String call) {}
}
