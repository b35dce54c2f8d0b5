package io.mirrorneuron.e2e;

/** What the original's page reads of each answer. */
final class PageAnswers {
  static final PageSchema BLUEPRINTS =
      new PageSchema(
          """
          blueprints list!
          blueprints[].id text!
          blueprints[].name,blueprints[].description text
          """);

  static final PageSchema UPLOAD =
      new PageSchema(
          """
          bundle_path text!
          manifest object
          manifest.graph_id,manifest.job_name text
          """);

  static final PageSchema LAUNCH =
      new PageSchema(
          """
          job_id,id,progress_id text!
          run_id text?
          status,source,command text
          blueprint,validation,model_install object
          blueprint.id text!
          blueprint.name,blueprint.description,blueprint.category text
          blueprint.category_slug,blueprint.path text
          """);

  static final PageSchema PROGRESS =
      new PageSchema(
          """
          progress_id text!
          events list!
          events[].ts,events[].phase,events[].status,events[].message text
          events[].details object
          latest object?
          completed flag
          """);

  static final PageSchema MODELS =
      new PageSchema(
          """
          models list!
          models[].id,models[].name,models[].provider,models[].model,models[].docker_model text
          models[].api_model,models[].backend,models[].node text
          models[].installed,models[].orphaned,models[].manual flag
          models[].nodes,models[].used_by texts
          models[].owner_count number
          models[].compatibility object?
          models[].compatibility.status,models[].compatibility.message text
          models[].compatibility.ok flag
          models[].compatibility.warnings texts
          warnings texts
          node text
          runner_available flag
          """);

  static final PageSchema BENCHMARK =
      new PageSchema(
          """
          tokens_per_second,elapsed_ms,generated_tokens number!
          first_token_ms number?
          estimated flag
          sample,node text
          """);

  static final PageSchema SUMMARY =
      new PageSchema(
          """
          nodes,jobs list
          nodes[].name text
          nodes[].connected_nodes texts
          nodes[].self flag
          nodes[].executor_pools object
          nodes[].executor_pools{}.capacity,nodes[].executor_pools{}.available number
          nodes[].executor_pools{}.in_use,nodes[].executor_pools{}.queued number
          nodes[].executor_pools{}.active number
          jobs[].job_id,jobs[].status text
          """);

  private static final String ROW =
      """
      @job_id,@status,@type,@job_type text
      @graph_id,@submitted_at,@updated_at,@run_id,@trace_id,@recovery_status text?
      @executor_count,@active_executors number
      @live,@live?,@recovery_requires_review flag
      @recovery,@failure object
      """;

  static final PageSchema ROWS = new PageSchema("data list!\n" + ROW.replace("@", "data[]."));

  private static final String EVENT =
      """
      @timestamp,@type,@agent_id text
      @payload any?
      @error,@failure object
      """;

  static final PageSchema EVENTS = new PageSchema("data list!\n" + EVENT.replace("@", "data[]."));

  static final PageSchema JOB =
      new PageSchema(
          """
          job,summary,web_ui,web_ui_service,blueprint_web_ui_service object
          observability_summary,summary.observability_summary object
          agents,sandboxes,recent_events,artifacts,output_files list
          trace_id,summary.run_id,summary.trace_id text?
          failure,summary.failure object?
          agents[].agent_id,agents[].agent_type,agents[].type,agents[].assigned_node text
          agents[].status,agents[].alias,agents[].display_name,agents[].label,agents[].role text
          agents[].processed_messages,agents[].mailbox_depth number
          agents[].running,agents[].paused flag
          agents[].failure object?
          agents[].metadata.outbound_edges texts
          """
              + ROW.replace("@", "job.")
              + EVENT.replace("@", "recent_events[]."));

  static final PageSchema GRAPH =
      new PageSchema(
          """
          job_id text!
          graph_id text?
          status text
          nodes[].id text!
          nodes[].label,nodes[].alias,nodes[].display_name,nodes[].role,nodes[].agent_type text
          nodes[].type,nodes[].assigned_node,nodes[].status text
          nodes[].processed_messages,nodes[].mailbox_depth number
          edges[].id,edges[].source,edges[].target text!
          edges[].message_type,edges[].source_event text
          edges[].count number
          edges[].last_seen_at text?
          stats.agent_count,stats.edge_count,stats.message_count,stats.event_count number
          """);

  private static final String PROGRESS_AGENT =
      """
      @id,@role,@working_on,@model,@status,@alias,@display_name,@assigned_node text
      @activity_summary text
      @progress number
      @mailbox_depth,@tokens,@tools number?
      """;

  private static final String ACTIVITY =
      """
      @timestamp,@type,@category,@step_id,@agent_id,@status,@message text
      @tool_name,@target,@result_summary text
      @duration_ms number
      """;

  static final PageSchema WORKFLOW =
      new PageSchema(
          """
          schema_version,elapsed_seconds number
          job_id,workflow_id,name,description,status,workflow_kind text
          trace_id,generated_at,submitted_at,current_step_id text?
          failure,current_step object?
          observability_summary object
          agent_count.done,agent_count.running,agent_count.idle number
          agent_count.ready,agent_count.failed,agent_count.total number
          current_step_ids,messages texts
          edges[].from,edges[].to text!
          layers[] texts
          steps[].id,steps[].label,steps[].goal,steps[].status,steps[].activity_summary text
          steps[].current flag
          steps[].parents,steps[].children,steps[].requires,steps[].provides texts
          steps[].done_count,steps[].running_count,steps[].idle_count number
          steps[].ready_count,steps[].failed_count,steps[].total_count number
          steps[].attempt number?
          steps[].attempt_id,steps[].status_reason text?
          steps[].failure,steps[].last_activity object?
          """
              + ACTIVITY.replace("@", "steps[].recent_events[].")
              + ACTIVITY.replace("@", "steps[].last_activity.")
              + PROGRESS_AGENT.replace("@", "steps[].agents[].")
              + EVENT.replace("@", "recent_events[]."));

  private PageAnswers() {}
}
