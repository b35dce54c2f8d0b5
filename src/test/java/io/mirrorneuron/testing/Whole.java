package io.mirrorneuron.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A test of the layer <em>whole</em>: {@code .ci/run} runs it for each change, {@code ./mvnw
 * verify} does not. For tests that start several servers or the packaged program, or take seconds.
 * A test without this and without one of {@link Proof} is of the layer <em>fast</em>.
 */
@Tag("whole")
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Whole {}
