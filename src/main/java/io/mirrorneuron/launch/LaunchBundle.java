package io.mirrorneuron.launch;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.models.ModelNeed;
import java.util.List;

/**
 * A bundle that was found for a launch, read once: what is changed in its folder later makes no
 * difference, except to its payload files.
 */
public interface LaunchBundle extends AutoCloseable {

  /** As answers tell it: a record of the catalog, or what a folder says of itself. */
  Object blueprint();

  /** Its manifest as its author wrote it, as JSON. */
  Object manifest();

  /** Who owns the models that it needs. */
  String blueprintId();

  /**
   * What is wrong with its configuration, and with answers to what it asks for. Unless it is ok,
   * what follows is not to be asked.
   */
  Validation configuration();

  List<ModelNeed> models();

  /** The page that it wants to be shown with, as its manifest describes it; null for none. */
  Object webUi();

  /** Whether it has a program that wants to run on the server before it is launched. */
  boolean hasPreparation();

  /** What is to be submitted, with the configuration and answers of the order, as that run. */
  Submission submission(String runId);

  /** The launch has a copy of its files. */
  default void copied() {}

  /** It is needed no more. */
  @Override
  default void close() {}
}
