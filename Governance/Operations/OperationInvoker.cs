using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Arguments;
using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Operations;

/// <summary>An operation by name, over canonical JSON instead of its record.</summary>
internal abstract class OperationInvoker
{
    public abstract OperationDescriptor Descriptor { get; }

    /// <summary>Canonical arguments from what a model sent, or which field does not fit.</summary>
    public Outcome<JsonObject> Bind(JsonObject sent) => ArgumentBinder.Bind(Descriptor.ArgumentsType, sent) switch
    {
        Outcome<object>.Ok ok => ArgumentCodec.WriteExactly(ok.Value),
        Outcome<object>.Refused refused => refused.Refusal,
        _ => throw new InvalidOperationException("An outcome is one of two."),
    };

    /// <summary>Refuses an argument that is code's to set; null when none is given.</summary>
    public Refusal? SetByCode(JsonObject sent) => ArgumentShape.Of(Descriptor.ArgumentsType).ByCodeIn(sent) is { } name
        ? new Refusal("set_by_code", $"'{name}' is not for anybody to choose: it is set when the proposal is made.", $"Leave {name} out.")
        : null;

    public abstract Task<Outcome<OperationPreview>> PreviewAsync(JsonObject canonical, TenantContext tenant, CancellationToken cancellationToken);

    public abstract Task<ExecutionResult> ExecuteAsync(JsonObject canonical, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken);

    public abstract Task<ExecutionResult> ReconcileAsync(JsonObject canonical, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken);

    public abstract Task FinishAsync(JsonObject canonical, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken);
}

/// <summary>A preview whose arguments are canonical JSON.</summary>
internal sealed record OperationPreview(
    JsonObject Arguments,
    string Title,
    ObjectRef Customer,
    string CustomerName,
    ObjectRef Target,
    Money? Amount,
    IReadOnlyList<PreviewChange> Changes,
    string Reversibility,
    IReadOnlyDictionary<string, string> Declared,
    Type ArgumentsType,
    IReadOnlyList<ObjectRef> ReadAgain,
    DateTimeOffset? TooLateAt,
    PolicyRule? Rule);

internal sealed class OperationInvoker<TOperation, TArguments>(TOperation operation) : OperationInvoker
    where TOperation : class, IOperation<TArguments>
    where TArguments : class
{
    public override OperationDescriptor Descriptor => TOperation.Descriptor;

    public override async Task<Outcome<OperationPreview>> PreviewAsync(JsonObject canonical, TenantContext tenant, CancellationToken cancellationToken) =>
        await operation.PreviewAsync(Read(canonical), tenant, cancellationToken) switch
        {
            Outcome<Preview<TArguments>>.Ok { Value: var p } => new OperationPreview(
                ArgumentCodec.WriteExactly(p.Arguments), p.Title, p.Customer, p.CustomerName, p.Target, p.Amount, p.Changes, p.Reversibility, p.Declared, typeof(TArguments), p.ReadAgain, p.TooLateAt, p.Rule),
            Outcome<Preview<TArguments>>.Refused refused => refused.Refusal,
            _ => throw new InvalidOperationException("An outcome is one of two."),
        };

    public override Task<ExecutionResult> ExecuteAsync(JsonObject canonical, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken) =>
        operation.ExecuteAsync(Read(canonical), tenant, grant, writers, cancellationToken);

    public override Task<ExecutionResult> ReconcileAsync(JsonObject canonical, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken) =>
        operation.ReconcileAsync(Read(canonical), tenant, grant, cancellationToken);

    public override Task FinishAsync(JsonObject canonical, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken) =>
        operation.FinishAsync(Read(canonical), tenant, grant, writers, cancellationToken);

    private static TArguments Read(JsonObject canonical) => (TArguments)ArgumentCodec.Read(typeof(TArguments), canonical);
}

/// <summary>The invoker of each operation, by name.</summary>
internal sealed class OperationInvokers(IEnumerable<OperationInvoker> invokers)
{
    private readonly Dictionary<string, OperationInvoker> _byName = invokers.ToDictionary(i => i.Descriptor.Name, StringComparer.Ordinal);

    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.Ordinal);

    public OperationInvoker? Find(string name) => _byName.GetValueOrDefault(name);

    public OperationInvoker Get(string name) => Find(name)
        ?? throw new InvalidOperationException($"The operation '{name}' of a stored proposal is not registered any more.");
}
