using BillingCopilot.Agents;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Governance.Configuration;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Plugins.Guards;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>The format of playbooks: what is shipped, what comes later, and what every mistake in it is told.</summary>
public sealed class PlaybookTests : IDisposable
{
    private static readonly string[] Agents = ["collections", "support"];
    private readonly string _root = TestPrompts.Copy();

    [Fact]
    public void Load_Shipped_CoversWhatHappensToInvoicesSubscriptionsCardsAndDisputes()
    {
        var playbooks = Load();

        playbooks.All.SelectMany(p => p.Events).Order(StringComparer.Ordinal).ShouldBe([
            "charge.dispute.closed", "charge.dispute.created", "customer.source.expiring", "customer.subscription.deleted", "customer.subscription.trial_will_end",
            "customer.subscription.updated", "helpdesk.ticket.created", "invoice.created", "invoice.finalized", "invoice.paid", "invoice.payment_action_required", "invoice.payment_failed"]);
        playbooks.All.Where(p => p.Name != "ticket_triage").ShouldAllBe(p => p.Guards.Count > 0 && p.Context.Count > 0);
        playbooks.Find("payment_failed")!.ContextTools.ShouldBe(["get_payment_history", "search_policies"]);
        playbooks.All.Where(p => p.Phase == RolloutPhase.Automated).Select(p => p.Name).ShouldBe(["payment_action_required", "payment_failed"]);
    }

    [Theory]
    [InlineData("usage_alert", "events: [billing.alert.triggered]", "context: [subscriptions, policies]")]
    [InlineData("usage_sweep", "schedule: 0 7 * * *", "guard: [working_day]\ncontext: [subscriptions]")]
    [InlineData("payout", "events: [payout.paid, payout.failed]", "context: [policies]")]
    [InlineData("daily_reconciliation", "schedule: 30 6 * * *\nmissed: all", "context: [policies]")]
    [InlineData("weekly_health", "schedule: 0 6 * * 1\nmissed: latest", "guard: [working_day]\ncontext: [subscriptions]")]
    [InlineData("weekly_churn", "schedule: 0 8 * * 1\nmissed: skip", "context: [subscriptions, policies]")]
    [InlineData("review_queue", "events: [review.opened, radar.early_fraud_warning.created]", "context: [policies]")]
    public void Load_WhatComesLater_FitsTheFormat(string name, string start, string rest)
    {
        Write(name, $"name: {name}\n{start}\nagent: support\nphase: read_only\n{rest}");

        var playbook = Load().Find(name)!;

        (playbook.Schedule is null).ShouldBe(playbook.Events.Count > 0);
        playbook.Phase.ShouldBe(RolloutPhase.ReadOnly);
    }

    [Theory]
    [InlineData("agent: support", "agent: supporter", "unknown agent 'supporter'; allowed: collections, support.")]
    [InlineData("events: [charge.failed]", "events: [charge.fails]", "unknown event type 'charge.fails'; allowed:")]
    [InlineData("events: [charge.failed]", "events: [invoice.paid]", "'invoice.paid' starts the playbook invoice_paid already.")]
    [InlineData("events: [charge.failed]", "missed: all", "needs event types or a schedule")]
    [InlineData("events: [charge.failed]", "events: [charge.failed]\nschedule: 0 6 * * 1", "and not both")]
    [InlineData("guard: [customer_not_deleted]", "guard: [customer_there]", "unknown guard 'customer_there'; allowed: customer_not_deleted,")]
    [InlineData("guard: [customer_not_deleted]", "guard: [invoice_open]", "'invoice_open' can't be asked about charge.failed.")]
    [InlineData("context: [charges]", "context: [charge_list]", "unknown context 'charge_list'; allowed:")]
    [InlineData("context: [charges]", "context: [invoice]", "'invoice' can't be gathered for charge.failed.")]
    [InlineData("agent: support", "agent: collections", "collections has no tool 'list_charges'.")]
    [InlineData("phase: assisted", "phase: on", "unknown phase 'on'; allowed: assisted, automated, read_only.")]
    [InlineData("phase: assisted\n", "", "'phase' is missing")]
    [InlineData("events: [charge.failed]", "schedule: 0 6 * * 1\nmissed: twice", "unknown missed 'twice'")]
    [InlineData("events: [charge.failed]", "schedule: 0 6 * * 1", "'customer_not_deleted' can't be asked about a schedule.")]
    public void Load_AMistake_NamesFileAndWhatIsAllowed(string right, string wrong, string said)
    {
        var front = "name: x_test\nevents: [charge.failed]\nagent: support\nphase: assisted\nguard: [customer_not_deleted]\ncontext: [charges]";
        front.ShouldContain(right);
        Write("x_test", front.Replace(right, wrong, StringComparison.Ordinal));

        var error = Should.Throw<AgentConfigurationException>(() => Load());

        error.Message.ShouldStartWith("prompts/playbooks/x_test.md:");
        error.Message.ShouldContain(said);
    }

    [Fact]
    public void Phase_OfTheFile_IsTheMostThatRolloutCanGive()
    {
        var plan = new RolloutPlan(
            new Dictionary<string, RolloutStep> { ["send_dunning_email"] = new(RolloutPhase.Automated, []) },
            new Dictionary<string, RolloutStep> { ["a"] = new(RolloutPhase.Automated, []), ["b"] = new(RolloutPhase.ReadOnly, []), ["c"] = new(RolloutPhase.Off, []) });
        plan.Limit(new Dictionary<string, RolloutPhase> { ["a"] = RolloutPhase.Assisted, ["b"] = RolloutPhase.Automated, ["c"] = RolloutPhase.Automated });

        (plan.PhaseOf("send_dunning_email", "a"), plan.PhaseOfPlaybook("b"), plan.PhaseOfPlaybook("c")).ShouldBe((RolloutPhase.Assisted, RolloutPhase.ReadOnly, RolloutPhase.Off));
    }

    [Fact]
    public void Limit_RolloutNamesAPlaybookThatIsNotThere_StopsTheStart()
    {
        var plan = new RolloutPlan(new Dictionary<string, RolloutStep>(), new Dictionary<string, RolloutStep> { ["payment_faild"] = new(RolloutPhase.Off, []) });

        Should.Throw<GovernanceConfigurationException>(() => plan.Limit(Load().All.ToDictionary(p => p.Name, p => p.Phase)))
            .Message.ShouldStartWith("rollout.yaml:1: unknown playbook 'payment_faild'. Allowed: card_expiring,");
    }

    [Fact]
    public void Guards_OfEveryKind_AreAskedAboutTheirOwn()
    {
        PlaybookGuards.Names.ShouldAllBe(g => Enum.GetValues<EventSubject>().Any(s => PlaybookGuards.Fits(g, s)));
        PlaybookGuards.Fits("dispute_needs_response", EventSubject.Invoice).ShouldBeFalse();
        PlaybookGuards.Fits("customer_not_deleted", EventSubject.None).ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private PlaybookRegistry Load() => PlaybookRegistry.Load(_root, Agents, agent => TestPrompts.Agents[agent].Tools.ToArray());

    private void Write(string name, string front) => File.WriteAllText(Path.Combine(_root, "playbooks", name + ".md"), $"---\n{front}\n---\nDo it.\n");
}
