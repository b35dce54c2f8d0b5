package io.mirrorneuron.port.models;

/**
 * For whom a model is installed.
 *
 * @param blueprint its id; null for somebody who does it by hand
 */
public record ModelOwner(String blueprint) {
  public static final ModelOwner MANUAL = new ModelOwner(null);
}
