package io.mirrorneuron.bus;

import io.vertx.core.json.JsonObject;

/**
 * An uploaded file that the called process already holds. In a call between processes it replaces
 * {@link ApiCall.Upload}, which has a path.
 *
 * @param handle in the called process
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

  public ApiCall in(ApiCall call) {
    JsonObject upload = new JsonObject().put(HANDLE, handle).put(FILE_NAME, fileName);
    return new ApiCall(call.json().copy().put(ApiCall.UPLOAD, upload));
  }
}
