package io.mirrorneuron.bus;

import io.vertx.core.json.JsonObject;

/**
 * A file that came with a call and that the process which is called holds already: in a call
 * between processes it stands where {@link ApiCall.Upload} stands in one, which names a path.
 *
 * @param handle its name there
 * @param fileName as the client calls it; never to be used as a path
 */
public record HeldUpload(String handle, String fileName) {
  private static final String HANDLE = "file";
  private static final String FILE_NAME = "file_name";

  /**
   * Of a call that {@link ApiCall#hasUpload}; the handle is null when it has a path in its place.
   */
  public static HeldUpload of(ApiCall call) {
    JsonObject upload = call.json().getJsonObject(ApiCall.UPLOAD);
    return new HeldUpload(upload.getString(HANDLE), upload.getString(FILE_NAME));
  }

  /** The same call with this file. */
  public ApiCall in(ApiCall call) {
    JsonObject upload = new JsonObject().put(HANDLE, handle).put(FILE_NAME, fileName);
    return new ApiCall(call.json().copy().put(ApiCall.UPLOAD, upload));
  }
}
