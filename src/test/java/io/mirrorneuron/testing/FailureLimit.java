package io.mirrorneuron.testing;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Begins no more tests in a process in which ten have failed: a run that is red soon says so. The
 * tests that are left out count as skipped. JUnit finds this class by {@code META-INF/services}.
 */
public final class FailureLimit implements ExecutionCondition, TestWatcher {
  private static final int MOST = 10;
  private static final AtomicInteger FAILURES = new AtomicInteger();

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return FAILURES.get() < MOST
        ? ConditionEvaluationResult.enabled(null)
        : ConditionEvaluationResult.disabled(MOST + " tests of this process have failed");
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    FAILURES.incrementAndGet();
  }
}
