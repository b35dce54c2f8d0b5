package io.mirrorneuron.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Tests of the layer <em>proof</em>, which runs on demand, on a machine that does nothing else:
 * {@code ./mvnw -Pproof verify -Dproof=kills}. {@code docs/proofs.md} names each of them, and when
 * it was run. One that is also {@link Whole} runs in both layers, longer in this one.
 */
public final class Proof {
  private Proof() {}

  /** Servers, Redis and programs are killed, and nothing is lost, doubled or left over. */
  @Tag("proof")
  @Tag("kills")
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  public @interface Kills {}

  /** Servers are cut off from each other, and Redis fails over. */
  @Tag("proof")
  @Tag("cluster")
  @Target({ElementType.TYPE, ElementType.METHOD})
  @Retention(RetentionPolicy.RUNTIME)
  public @interface Cluster {}

  /** Full disks, overload, very large answers, hostile programs and pages. */
  @Tag("proof")
  @Tag("limits")
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  public @interface Limits {}

  /**
   * Simulations: histories of one seed each. Those that are quick are of the layer <em>fast</em> as
   * well, with a tenth of the seeds.
   */
  @Tag("histories")
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  public @interface Histories {}
}
