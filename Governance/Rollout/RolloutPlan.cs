using BillingCopilot.Billing;
using BillingCopilot.Governance.Configuration;
using BillingCopilot.Governance.Controls;

namespace BillingCopilot.Governance.Rollout;

/// <summary>How far an operation or a playbook is let. Each phase includes the ones before it.</summary>
public enum RolloutPhase
{
    /// <summary>Playbooks only: not started at all.</summary>
    Off,

    /// <summary>Nothing can be proposed, approved or started.</summary>
    ReadOnly,

    /// <summary>Models propose, people decide.</summary>
    Assisted,

    /// <summary>As assisted, and a standing approval may decide in its signer's place.</summary>
    Automated,
}

/// <summary>A phase, and the segments of customers it holds for.</summary>
/// <param name="Segments">Names of segments; empty for every customer. For everybody else the phase is read-only.</param>
public sealed record RolloutStep(RolloutPhase Phase, IReadOnlyList<string> Segments);

/// <summary>
/// The phase of each operation and each playbook. What is not listed is read-only; without any list of playbooks
/// the operation's phase alone counts.
/// </summary>
public sealed class RolloutPlan(
    IReadOnlyDictionary<string, RolloutStep> operations,
    IReadOnlyDictionary<string, RolloutStep>? playbooks = null,
    IReadOnlyDictionary<string, Segment>? segments = null,
    BreakerOptions? breaker = null)
{
    private static readonly RolloutStep Unlisted = new(RolloutPhase.ReadOnly, []);

    private IReadOnlyDictionary<string, RolloutPhase> _limits = new Dictionary<string, RolloutPhase>();

    /// <summary>Segments by name.</summary>
    public IReadOnlyDictionary<string, Segment> Segments { get; } = segments ?? new Dictionary<string, Segment>();

    public BreakerOptions Breaker { get; } = breaker ?? BreakerOptions.Default;

    /// <summary>Every step by the name of its feature: <c>operation/NAME</c>, <c>playbook/NAME</c>.</summary>
    internal IEnumerable<KeyValuePair<string, RolloutStep>> Features => operations.Select(o => KeyValuePair.Create("operation/" + o.Key, o.Value))
        .Concat((playbooks ?? new Dictionary<string, RolloutStep>()).Select(p => KeyValuePair.Create("playbook/" + p.Key, p.Value)));

    public RolloutPhase PhaseOf(string operation) => StepOf(operation).Phase;

    /// <summary>The lesser of the operation's phase and the playbook's, for customers of the right segment.</summary>
    /// <param name="playbook">Null for chat.</param>
    public RolloutPhase PhaseOf(string operation, string? playbook) =>
        playbook is null ? PhaseOf(operation) : (RolloutPhase)Math.Min((int)PhaseOf(operation), (int)PhaseOfPlaybook(playbook));

    public RolloutPhase PhaseOfPlaybook(string playbook) => (RolloutPhase)Math.Min(
        (int)(PlaybookStep(playbook) is { } step ? step.Phase : RolloutPhase.Automated),
        (int)_limits.GetValueOrDefault(playbook, RolloutPhase.Automated));

    /// <summary>Sets how far each playbook may go by its own words. Once, before serving; the plan can only lower it.</summary>
    /// <exception cref="GovernanceConfigurationException">The plan names a playbook that does not exist: what it was meant to hold back would run.</exception>
    public void Limit(IReadOnlyDictionary<string, RolloutPhase> playbookPhases)
    {
        if (playbooks?.Keys.FirstOrDefault(p => !playbookPhases.ContainsKey(p)) is { } unknown)
        {
            throw new GovernanceConfigurationException("rollout.yaml", 1, $"unknown playbook '{unknown}'. Allowed: {string.Join(", ", playbookPhases.Keys.Order(StringComparer.Ordinal))}.");
        }

        _limits = playbookPhases;
    }

    /// <summary>The whole plan in one text, the same for the same plan.</summary>
    public string Describe() => string.Join(
        '\n',
        Features.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {f.Value.Phase} {string.Join(',', f.Value.Segments)}")
            .Concat(Segments.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key} {System.Text.Json.JsonSerializer.Serialize(s.Value)}"))
            .Append(System.Text.Json.JsonSerializer.Serialize(Breaker)));

    internal RolloutStep StepOf(string operation) => operations.GetValueOrDefault(operation, Unlisted);

    internal RolloutStep? PlaybookStep(string playbook) => playbooks is null ? null : playbooks.GetValueOrDefault(playbook, Unlisted);

    /// <summary>Why nothing may be done with this operation now, whoever the customer is, or null.</summary>
    internal Refusal? Refuse(string operation, string? playbook) =>
        PhaseOf(operation) < RolloutPhase.Assisted ? new Refusal("read_only", $"{operation} is switched off: its rollout phase is read_only.", "An admin can set it to 'assisted' in rollout.yaml.")
        : PhaseOf(operation, playbook) < RolloutPhase.Assisted ? new Refusal("read_only", $"The playbook {playbook} proposes nothing: its rollout phase is read_only.", "An admin can set it to 'assisted' in rollout.yaml.")
        : null;
}
