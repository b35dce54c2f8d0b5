package io.mirrorneuron.store;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;

/** Why a job is not made, in the words that its submitter reads. */
public final class JobRefusals {
  private JobRefusals() {}

  public static MnException keyReused() {
    return new MnException(
        ErrorCode.CONFLICT,
        "idempotency_key_reused",
        "this Idempotency-Key was used before for another submission");
  }

  /**
   * @param holder the job that has the run
   */
  public static MnException runIdInUse(String holder) {
    return new MnException(
        ErrorCode.CONFLICT,
        "run_id_in_use",
        "job " + holder + " has a run with this id; choose another run_id, or none");
  }

  public static MnException bundleGone() {
    return new MnException(
        ErrorCode.PRECONDITION,
        JobStore.BUNDLE_GONE,
        "the payload files were removed while the job was made; submit it again");
  }
}
