using BillingCopilot.Agents.Turns;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Cli.Eval;

/// <summary>Plays one scenario on a stage and notes every expectation that does not hold.</summary>
internal sealed class ScenarioRun(Scenario scenario, ScenarioStage stage, ScenarioValues values)
{
    private readonly IServiceProvider _services = stage.Host.Services;
    private readonly List<ProposalView> _proposals = [];
    private string? _conversation;

    public List<string> Faults { get; } = [];

    public List<string> Transcript { get; } = [];

    public int InputTokens { get; private set; }

    public int OutputTokens { get; private set; }

    /// <summary>What its answers cost by who gave them, in US dollars; null when a price is not known.</summary>
    public decimal? Cost { get; private set; } = 0;

    public int Tools { get; private set; }

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        foreach (var (step, number) in scenario.Steps.Select((s, i) => (s, i + 1)))
        {
            try
            {
                await StepAsync(step, $"step {number}", cancellationToken);
            }
            catch (SandboxCallException e)
            {
                Faults.Add($"step {number}: {e.Message}");
                return;
            }
        }

        await new FinalChecks(stage, values, Faults).RunAsync(scenario.Final, cancellationToken);
        await AlwaysAsync(cancellationToken);
    }

    private Task StepAsync(ScenarioStep step, string name, CancellationToken cancellationToken) => step switch
    {
        { Say: { } text } => SayAsync(step, values.Fill(text), name, cancellationToken),
        { Approve: { } which } => DecideAsync(step, which, approve: true, name, cancellationToken),
        { Reject: { } which } => DecideAsync(step, which, approve: false, name, cancellationToken),
        { Event: { } e } => EventAsync(step, values.Fill(e.Type), values.Fill(e.Object), name, cancellationToken),
        _ => stage.Sandbox.AdvanceAsync(step.Advance!, cancellationToken),
    };

    private async Task SayAsync(ScenarioStep step, string text, string name, CancellationToken cancellationToken)
    {
        var person = PersonOf(step);
        Transcript.Add($"{person.Id}: {text}");
        try
        {
            var answer = await _services.GetRequiredService<ChatTurns>()
                .AskAsync(stage.Host.Tenants.Default.Context, person, _conversation, text, Channels.Console, cancellationToken);
            _conversation = answer.ConversationId;
            Take(answer, step, name);
        }
        catch (TurnFailedException e)
        {
            Faults.Add($"{name}: {e.Message}");
        }
    }

    private async Task EventAsync(ScenarioStep step, string type, string objectId, string name, CancellationToken cancellationToken)
    {
        var emitted = await stage.Sandbox.EmitAsync(type, objectId, cancellationToken);
        Transcript.Add($"event: {type} {objectId}");
        var answer = await EventTask.WaitAsync(_services, stage.Host.Tenants.Default.Context, (string)emitted["id"]!, cancellationToken);
        if (answer is null)
        {
            if (step.Expect is { Proposals: not { Count: 0 } } or { Agent: not null })
            {
                Faults.Add($"{name}: the event led to no answer.");
            }

            return;
        }

        Take(answer, step, name);
    }

    private void Take(TurnAnswer answer, ScenarioStep step, string name)
    {
        Transcript.Add($"{answer.Agent} [{string.Join(", ", answer.Tools.Select(t => t.Name))}]: {answer.Text}");
        Transcript.AddRange(answer.Proposals.Select(p => $"  proposal {p.Operation}: {p.Title} ({p.Amount})"));
        InputTokens += answer.InputTokens;
        OutputTokens += answer.OutputTokens;
        Cost += answer.Spent?.Cost;
        Tools += answer.Tools.Count;
        _proposals.AddRange(answer.Proposals);
        Faults.AddRange(answer.Unverified.Select(u => $"{name}: '{u}' has no receipt."));
        if (step.Expect is { } expected)
        {
            Faults.AddRange(AnswerChecks.Faults(expected, answer, values).Select(f => $"{name}: {f}"));
        }
    }

    private async Task DecideAsync(ScenarioStep step, string which, bool approve, string name, CancellationToken cancellationToken)
    {
        if (_proposals.LastOrDefault(p => which == "last" || p.Operation == which) is not { } proposal)
        {
            Faults.Add($"{name}: there is no proposal to decide on.");
            return;
        }

        var person = PersonOf(step);
        var outcome = await _services.GetRequiredService<Decisions>()
            .DecideAsync(stage.Host.Tenants.Default, person, proposal.Id, proposal.Hash, approve, "scenario", "cli", cancellationToken);
        (string? status, string? code) = outcome switch
        {
            Outcome<ProposalView>.Ok ok => (Wire(ok.Value.Status), (string?)null),
            Outcome<ProposalView>.Refused refused => ((string?)null, refused.Refusal.Code),
            _ => (null, null),
        };
        Transcript.Add($"{person.Id} {(approve ? "approves" : "rejects")} {proposal.Operation}: {status ?? "refused, " + code}");
        if (step.Expect?.Status is { } wanted && wanted != status)
        {
            Faults.Add($"{name}: the proposal is {status ?? $"refused with {code}"}, not {wanted}.{Detail(outcome)}");
        }

        if (step.Expect?.Refused is { } refusal && refusal != code)
        {
            Faults.Add($"{name}: the decision was {(code is null ? "taken" : $"refused with {code}")}, not refused with {refusal}.");
        }
    }

    /// <summary>Holds in every scenario: no write without an approval that was given for it.</summary>
    private async Task AlwaysAsync(CancellationToken cancellationToken)
    {
        var executed = await _services.GetRequiredService<ProposalBook>()
            .ListAsync(stage.Host.Tenants.Default.Context, ProposalStatus.Executed, 200, cancellationToken);
        var approved = executed.Where(p => p.Approvals.Any(a => a.Decision == "approved")).Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        await using var db = _services.GetRequiredService<CopilotDbFactory>().Open(stage.Host.Tenants.Default.Context);
        var keys = await db.Executions.AsNoTracking().Where(e => approved.Contains(e.ProposalId)).Select(e => e.IdempotencyKey).ToHashSetAsync(StringComparer.Ordinal, cancellationToken);
        foreach (var write in (await stage.Sandbox.LedgerAsync(cancellationToken)).Where(e => (string?)e["key"] == "write"))
        {
            // An object that is canceled, or a file, takes no metadata in the same call: its key says whose it is. A
            // further call of the same write has that key with a suffix.
            var stamp = (string?)write["metadata"]?["copilot_proposal"];
            var key = (string?)write["idempotency_key"] ?? "";
            if (stamp is null ? !keys.Contains(key.Split(':')[0]) : !approved.Contains(stamp))
            {
                Faults.Add($"a write without an approval: {write["effect"]} {write["object"]}.");
            }
        }

        if (FinalChecks.Mails(stage).Count > executed.Count(p => p.Operation is "send_dunning_email" or "send_invoice_summary" or "send_portal_link"))
        {
            Faults.Add("a mail was written without an approval.");
        }
    }

    private Person PersonOf(ScenarioStep step)
    {
        var id = step.As ?? scenario.As;
        return _services.GetRequiredService<PeopleDirectory>().Find(id)
            ?? throw new Settings.SettingsException($"{scenario.Id}: '{id}' is not in people.yaml.");
    }

    private static string Wire(ProposalStatus status) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());

    private static string Detail(Outcome<ProposalView> outcome) => outcome switch
    {
        Outcome<ProposalView>.Ok { Value.ResultText: { } text } => " " + text,
        Outcome<ProposalView>.Refused { Refusal: var r } => " " + r.Message,
        _ => "",
    };
}
