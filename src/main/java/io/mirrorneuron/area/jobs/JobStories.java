package io.mirrorneuron.area.jobs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.area.jobs.view.JobRecord;
import io.mirrorneuron.area.jobs.view.JobStory;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.run.journal.RunJournal;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

/**
 * Caches the stories of running jobs. Each story remembers its last event, so that the next read
 * fetches only later events. Stories of ended jobs are dropped; when there are too many, those
 * rarely read go first. Blocking. Thread-safe; reads of the same job wait for each other.
 */
final class JobStories {
  private static final int PAGE = 1000;

  private final JobsPort jobs;
  private final JobRuns runs;
  private final Cache<String, Kept> kept;

  /**
   * @param maxWeight of all stories together, as {@link JobStory#weight} counts
   */
  JobStories(JobsPort jobs, JobRuns runs, int maxStories, long maxWeight) {
    this.jobs = jobs;
    this.runs = runs;
    int leastWeight =
        Math.toIntExact(Math.ceilDiv(maxWeight, maxStories)); // bounds the number, too
    this.kept =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(maxWeight)
            .weigher((String jobId, Kept mine) -> Math.max(mine.weight, leastWeight))
            .build();
  }

  private static final class Kept {
    final ReentrantLock lock = new ReentrantLock();
    JobStory story;
    long journal;
    int weight;
  }

  /** The current view of the job; NOT_FOUND when no source knows it. */
  <V> V look(String jobId, BiFunction<JobStory, JobRecord, V> view) {
    try {
      return known(jobId, view);
    } catch (MnException e) {
      RedactedRun run = runs.left(jobId, e);
      JobRecord record = runs.record(run);
      JobStory story = new JobStory(jobId, record);
      readOfPrograms(story, run, 0);
      story.add(runs.events(run, 0, Integer.MAX_VALUE).events());
      story.settle();
      return view.apply(story, record);
    }
  }

  private <V> V known(String jobId, BiFunction<JobStory, JobRecord, V> view) {
    Kept mine = kept.get(jobId, absent -> new Kept());
    mine.lock.lock();
    try {
      if (mine.story == null) {
        mine.story = new JobStory(jobId, JobRecord.of(jobs.get(jobId)));
      }
      JobRecord record = read(jobId, mine);
      if (mine.story.hasEnded() && !record.isFinal()) { // the job ended between the two reads
        record = read(jobId, mine);
      }
      V seen = view.apply(mine.story, record);
      keep(jobId, mine, record.isFinal());
      return seen;
    } catch (RuntimeException e) {
      keep(jobId, mine, true);
      throw e;
    } finally {
      mine.lock.unlock();
    }
  }

  private JobRecord read(String jobId, Kept mine) {
    JobRecord record = JobRecord.of(jobs.brief(jobId));
    Optional<RedactedRun> run = runs.wholeFolder(record);
    if (run.isPresent()) {
      record = record.with(runs.documents(run.get()));
      mine.journal = readOfPrograms(mine.story, run.get(), mine.journal);
    }
    readOn(jobId, mine.story, record.lastEvent());
    mine.story.settle();
    return record;
  }

  /** Returns the number in the run's journal at which the next read continues. */
  private long readOfPrograms(JobStory story, RedactedRun run, long after) {
    RunJournal.OfPrograms own = runs.ofPrograms(run, after);
    story.addOfPrograms(own.events(), own.last());
    return own.next();
  }

  /** Reads up to the last event of the record, so that story and record show the same moment. */
  private void readOn(String jobId, JobStory story, long last) {
    while (story.seq() < last) {
      int wanted = (int) Math.min(PAGE, last - story.seq());
      EventPage page = jobs.events(jobId, story.seq(), wanted);
      story.add(page.events());
      if (page.events().size() < wanted) {
        return;
      }
    }
  }

  private void keep(String jobId, Kept mine, boolean isOver) {
    if (isOver) {
      kept.asMap().remove(jobId, mine);
      return;
    }
    mine.weight = mine.story.weight();
    kept.asMap().replace(jobId, mine, mine); // updates its weight, unless it was dropped meanwhile
  }
}
