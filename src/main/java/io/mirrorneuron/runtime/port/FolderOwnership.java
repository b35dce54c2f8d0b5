package io.mirrorneuron.runtime.port;

import io.mirrorneuron.runtime.workflow.Workflow;

/**
 * Port: ownership of the folders that manifests bring for their programs ({@code
 * metadata.mn_storage}). Each folder belongs to one job or schedule; another job gets access only
 * if it is lent. Does nothing for a manifest without such a folder. Blocking and thread-safe;
 * failures are only logged, as each job can use a folder of its own.
 */
public interface FolderOwnership {
  /** For nodes on which no program ever runs. */
  FolderOwnership NONE =
      new FolderOwnership() {
        @Override
        public void claim(String owner, Workflow workflow) {}

        @Override
        public void lend(String owner, String jobId, Workflow workflow) {}

        @Override
        public void release(String owner, Workflow workflow) {}

        @Override
        public void made(String owner) {}
      };

  /** Gives the folder to this job or schedule, unless it has another owner. */
  void claim(String owner, Workflow workflow);

  /** Lets a job read the folder if it belongs to this owner. */
  void lend(String owner, String jobId, Workflow workflow);

  /**
   * The owner of the claim is in the store from now on, so the store says whether it still exists.
   */
  void made(String owner);

  /** Undoes a claim: the job will not be made. */
  void release(String owner, Workflow workflow);
}
