package io.mirrorneuron.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;

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
}
