package io.mirrorneuron.runtime.port;

import io.mirrorneuron.runtime.workflow.Workflow;

/**
 * Port: whose the folders are that manifests bring along for their programs ({@code
 * metadata.mn_storage}). Each folder belongs to one job or schedule; others get none of it unless
 * it is lent to them. Without a folder in the manifest, nothing happens. Blocking and thread-safe;
 * failures are logged, as each job can do with a folder of its own.
 */
public interface SubmissionClaims {
  /** Where no program ever runs. */
  SubmissionClaims NONE =
      new SubmissionClaims() {
        @Override
        public void claim(String owner, Workflow workflow) {
          // nothing to claim
        }

        @Override
        public void lend(String owner, String jobId, Workflow workflow) {
          // nothing to lend
        }

        @Override
        public void release(String owner, Workflow workflow) {
          // nothing was claimed
        }

        @Override
        public void made(String owner) {
          // nobody asks
        }
      };

  /** The folder belongs to this job or schedule from now on, unless it is another one's. */
  void claim(String owner, Workflow workflow);

  /** Lets a job read the folder, when it belongs to this owner. */
  void lend(String owner, String jobId, Workflow workflow);

  /** Who claimed a folder is in the store now, so it is known there whether it still exists. */
  void made(String owner);

  /** Undoes a claim: there will be no such job. */
  void release(String owner, Workflow workflow);
}
