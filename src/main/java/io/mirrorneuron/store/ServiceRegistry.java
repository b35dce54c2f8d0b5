package io.mirrorneuron.store;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Port: the instances of services that open jobs have registered. A record belongs to its job and
 * the epoch in which that was owned; readers get it only while the job is open, has that epoch, and
 * its owner lives. So a record that nobody could remove is never told, and a node that lost its job
 * can write none.
 */
public interface ServiceRegistry {
  /**
   * In whose name something is written.
   *
   * @param owner of the job, as {@link io.mirrorneuron.store.NodeRegistry} knows it
   * @param epoch of the job that the owner works in
   */
  record Claim(String owner, String jobId, long epoch) {}

  /**
   * What readers get of an instance.
   *
   * @param role that its job plays in a deployment, as {@link DeploymentRoles} has it; null for
   *     none
   */
  record RegisteredDocument(String document, String role) {}

  /**
   * Registers an instance, or replaces what is told of it.
   *
   * @param name of the service
   * @param document what readers get
   * @return false when the job has ended or is another owner's: nothing is written then
   */
  CompletionStage<Boolean> put(Claim claim, String name, String id, String document);

  /**
   * Removes an instance; one that is not there is no failure.
   *
   * @return false when a later owner of the job has registered it: it stays then
   */
  CompletionStage<Boolean> remove(Claim claim, String name, String id);

  /**
   * What is told of an instance is told on, whoever owns the job: in place of what a later owner
   * registers of it, until that one {@linkplain #supersede supersedes} it, the job ends, the time
   * is over, or who left it dies.
   *
   * @param forMs how long at most
   * @return false when nothing is told of it now: nothing is changed then
   */
  CompletionStage<Boolean> leave(Claim claim, String name, String id, long forMs);

  /** What this owner or a former one has left of an instance is told no more. */
  CompletionStage<Void> supersede(Claim claim, String name, String id);

  /** The owner has begun anew: what it had left is told no more, as its programs are gone. */
  CompletionStage<Void> forget(String owner);

  /**
   * The epoch of the job under which an owner has left what is told of an instance; 0 when nothing
   * is that was left.
   */
  CompletionStage<Long> leftUnder(String jobId, String name, String id);

  /** What is told of the instances of a service, in no order. */
  CompletionStage<List<RegisteredDocument>> named(String name);

  /** What is told of all instances, in no order. */
  CompletionStage<List<RegisteredDocument>> all();

  /** Removes what no reader will get any more, and answers how much that was. */
  CompletionStage<Integer> sweep();
}
