package io.mirrorneuron.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/**
 * How an area says which file it answers.
 *
 * @param path without links
 * @param within where all names of the file lie; null for beside it
 * @param fileName under which clients are to keep it; null when they may look at it
 * @param deleteAfter whether it was made for this answer alone
 * @param remote where to ask for it in its place, when another node has it; else null
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
   * A file that is answered, as it is now; bytes that are added later are not sent.
   *
   * @param size in bytes
   * @param modified to the second, as HTTP tells it
   * @param tag another one whenever the file has changed
   * @param fileName under which it is to be kept; null when it may be looked at
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
   * What another node is asked to read.
   *
   * @param owner that node as the owner of jobs; another one at its address refuses
   * @param address {@code host:port} of its gRPC door
   * @param area the tag of the operation
   * @param call JSON, as it goes to an area
   */
  public record RemoteRead(
      String owner, String address, String area, String operation, String call) {}
}
