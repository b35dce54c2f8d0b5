package io.mirrorneuron.store;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Port: service instances registered by open jobs. A record belongs to its job and the epoch of its
 * ownership; readers get it only while the job is open, has that epoch, and its owner lives. So
 * stale records are never returned, and a node that lost its job cannot write any.
 */
public interface ServiceRegistry {
  /**
   * The job and ownership on whose behalf a record is written.
   *
   * @param owner as in {@link io.mirrorneuron.store.NodeRegistry}
   * @param epoch of the owner's ownership of the job
   */
  record Claim(String owner, String jobId, long epoch) {}

  /**
   * An instance as readers get it.
   *
   * @param role of its job in a deployment, see {@link DeploymentRoles}; null for none
   */
  record RegisteredDocument(String document, String role) {}

  /**
   * Registers an instance, or replaces its document.
   *
   * @param name of the service
   * @param document for readers
   * @return false when the job has ended or has another owner: nothing is written then
   */
  CompletionStage<Boolean> put(Claim claim, String name, String id, String document);

  /**
   * Removes an instance; succeeds when there is none.
   *
   * @return false when a later owner of the job has registered it: it stays then
   */
  CompletionStage<Boolean> remove(Claim claim, String name, String id);

  /**
   * Keeps an instance's document readable across a change of the job's owner: it is returned
   * instead of the later owner's registration until that owner {@linkplain #supersede supersedes}
   * it, the job ends, the time is over, or the owner that left it dies.
   *
   * @param forMs upper limit in milliseconds
   * @return false when the instance has no readable document now: nothing is changed then
   */
  CompletionStage<Boolean> leave(Claim claim, String name, String id, long forMs);

  /** Withdraws the document that this or a former owner has left of an instance. */
  CompletionStage<Void> supersede(Claim claim, String name, String id);

  /**
   * Withdraws all documents that the owner has left: it has restarted and its programs are gone.
   */
  CompletionStage<Void> forget(String owner);

  /**
   * The epoch in which an owner left the instance's readable document; 0 when there is no such
   * document.
   */
  CompletionStage<Long> leftUnder(String jobId, String name, String id);

  /** All readable instances of a service, in no order. */
  CompletionStage<List<RegisteredDocument>> named(String name);

  /** All readable instances, in no order. */
  CompletionStage<List<RegisteredDocument>> all();

  /** Removes unreadable records and returns their number. */
  CompletionStage<Integer> sweep();
}
