package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.OutOfRoom;

/** Refusals where a launch cannot write. */
public final class DiskFault {
  private DiskFault() {}

  /**
   * STORAGE_FULL when the disk has no room, else UNAVAILABLE.
   *
   * @param what cannot be done, a sentence without an end
   */
  public static MnException of(String what, Exception fault) {
    return OutOfRoom.isIn(fault)
        ? MnException.storageFull(
            ErrorCode.STORAGE_FULL, what + ", which has no room: make room on it", fault)
        : MnException.unavailable(what, fault);
  }

  static MnException noRoom(String message) {
    return MnException.storageFull(ErrorCode.STORAGE_FULL, message, null);
  }
}
