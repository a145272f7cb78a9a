using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Guards;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Controls;

/// <summary>
/// Stops one operation, or everything. The switch is a row that is read before each proposal, each approval and each
/// call, on every node: it works from the moment it is committed.
/// </summary>
public sealed class KillSwitches
{
    private readonly CopilotDbFactory _databases;
    private readonly BusinessClock _clock;
    private readonly OperationCatalog _operations;
    private readonly Func<GuardList> _guards;
    private readonly AuditLog _audit;

    /// <param name="guards">Asked when a switch is set; the list asks the switches itself.</param>
    internal KillSwitches(CopilotDbFactory databases, BusinessClock clock, OperationCatalog operations, Func<GuardList> guards, AuditLog audit) =>
        (_databases, _clock, _operations, _guards, _audit) = (databases, clock, operations, guards, audit);

    /// <summary>Name that stands for every operation.</summary>
    public const string Everything = "*";

    /// <summary>Stops or releases. Refusals: not_allowed, unknown_operation.</summary>
    /// <param name="name">An operation, or <see cref="Everything"/>.</param>
    public async Task<Outcome<KillSwitchView>> SetAsync(TenantContext tenant, string name, bool stop, Person person, string? reason, CancellationToken cancellationToken)
    {
        if (Unknown(name) is { } unknown)
        {
            return unknown;
        }

        if (await _guards().Act.FirstAsync(new ActCase(stop ? Act.Stop : Act.Release, person), cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await using var db = _databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync("switch:" + name, cancellationToken);
        var row = await db.KillSwitches.SingleOrDefaultAsync(s => s.Name == name, cancellationToken);
        if (row is null)
        {
            row = new KillSwitchRow { TenantId = tenant.Id, Name = name, Person = person.Id };
            db.KillSwitches.Add(row);
        }

        (row.Stopped, row.Person, row.Reason, row.At) = (stop, person.Id, reason is null ? null : PlainText.Clean(reason, 300), _clock.UtcNow);
        await db.SaveChangesAsync(cancellationToken);
        await _audit.AppendAsync(db, new AuditEntry(stop ? "switch.stopped" : "switch.released", person.Id, name, new JsonObject()), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ViewOf(row);
    }

    /// <summary>Every switch that was ever set, by name.</summary>
    public async Task<IReadOnlyList<KillSwitchView>> ListAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        return [.. (await db.KillSwitches.AsNoTracking().OrderBy(s => s.Name).ToListAsync(cancellationToken)).Select(ViewOf)];
    }

    /// <summary>Why nothing may be done with this operation now, or null.</summary>
    public async Task<Refusal?> RefuseAsync(TenantContext tenant, string operation, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        return await RefuseAsync(db, operation, cancellationToken);
    }

    internal static async Task<Refusal?> RefuseAsync(CopilotDb db, string operation, CancellationToken cancellationToken)
    {
        var stopped = await db.KillSwitches.AsNoTracking().FirstOrDefaultAsync(s => s.Stopped && (s.Name == Everything || s.Name == operation), cancellationToken);
        return stopped is null ? null : new Refusal(
            "stopped",
            $"{(stopped.Name == Everything ? "Everything" : operation)} was stopped by {stopped.Person}{(stopped.Reason is null ? "" : ": " + stopped.Reason.TrimEnd('.'))}.",
            "An admin can release the kill switch.");
    }

    private Refusal? Unknown(string name) => name != Everything && _operations.Find(name) is null
        ? new Refusal("unknown_operation", $"There is no operation '{PlainText.Clean(name, 60)}'.", $"Name one of: {Everything}, {string.Join(", ", _operations.All.Select(o => o.Name))}.")
        : null;

    private static KillSwitchView ViewOf(KillSwitchRow row) => new(row.Name, row.Stopped, row.Person, row.Reason, row.At);
}

/// <summary>A kill switch as it stands.</summary>
/// <param name="Name">An operation, or <c>*</c>.</param>
public sealed record KillSwitchView(string Name, bool Stopped, string Person, string? Reason, DateTimeOffset At);
