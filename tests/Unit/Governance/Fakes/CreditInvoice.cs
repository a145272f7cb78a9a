using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;

namespace BillingCopilot.Unit.Governance.Fakes;

public enum CreditReason
{
    OrderChange,
    ProductUnsatisfactory,
}

public sealed record CreditArguments(
    [property: Handle(ObjectKind.Invoice), Description("The invoice to credit.")] ObjectRef Invoice,
    [property: Description("How much.")] Money Amount,
    CreditReason? Reason = null,
    string? Memo = null,
    DateOnly? PinnedDate = null);

/// <summary>Credits an invoice on the <see cref="FarSide"/>, which replays keys.</summary>
public sealed class CreditInvoice(FarSide far, BusinessClock clock) : IOperation<CreditArguments>
{
    public static OperationDescriptor Descriptor { get; } = new("credit_invoice", "Proposes a credit.", typeof(CreditArguments), Risk.Money) { FarSideReplays = true, Undo = new UndoneBy("mail_credit", "invoice", OfResult: false) };

    public Task<Outcome<Preview<CreditArguments>>> PreviewAsync(CreditArguments arguments, TenantContext tenant, CancellationToken cancellationToken) =>
        Task.FromResult(Credits.Preview(far, arguments with { PinnedDate = arguments.PinnedDate ?? DateOnly.FromDateTime(clock.UtcNow.UtcDateTime) }));

    public Task<ExecutionResult> ExecuteAsync(CreditArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken) =>
        writers.Open<FarSide>(grant).CreditAsync(grant, arguments.Invoice.Id, arguments.Amount);

    public Task<ExecutionResult> ReconcileAsync(CreditArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken) =>
        Task.FromResult(far.Find(grant));

    public Task FinishAsync(CreditArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken) =>
        Task.FromResult(far.Finished++);
}

/// <summary>Another kind of money back, on the same far side.</summary>
public sealed class GiveBack(CreditInvoice same) : IOperation<CreditArguments>
{
    public static OperationDescriptor Descriptor { get; } = new("give_back", "Proposes money back.", typeof(CreditArguments), Risk.Money) { FarSideReplays = true };

    public Task<Outcome<Preview<CreditArguments>>> PreviewAsync(CreditArguments arguments, TenantContext tenant, CancellationToken cancellationToken) =>
        same.PreviewAsync(arguments, tenant, cancellationToken);

    public Task<ExecutionResult> ExecuteAsync(CreditArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken) =>
        same.ExecuteAsync(arguments, tenant, grant, writers, cancellationToken);

    public Task<ExecutionResult> ReconcileAsync(CreditArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken) =>
        same.ReconcileAsync(arguments, tenant, grant, cancellationToken);
}

/// <summary>The same on a far side that forgets keys, like a mail server.</summary>
public sealed class MailCredit(FarSide far) : IOperation<CreditArguments>
{
    public static OperationDescriptor Descriptor { get; } = new("mail_credit", "Proposes a mail.", typeof(CreditArguments), Risk.Notify);

    public Task<Outcome<Preview<CreditArguments>>> PreviewAsync(CreditArguments arguments, TenantContext tenant, CancellationToken cancellationToken) =>
        Task.FromResult(Credits.Preview(far, arguments));

    public Task<ExecutionResult> ExecuteAsync(CreditArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken) =>
        writers.Open<FarSide>(grant).CreditAsync(grant, arguments.Invoice.Id, arguments.Amount);

    public Task<ExecutionResult> ReconcileAsync(CreditArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken) =>
        Task.FromResult<ExecutionResult>(new ExecutionResult.Unknown("Look into the outbox."));
}

/// <summary>A credit whose amount a person fills in on a form.</summary>
public sealed class FormCredit(FarSide far) : IOperation<CreditArguments>
{
    public static OperationDescriptor Descriptor { get; } = new("form_credit", "Credits what was filled in.", typeof(CreditArguments), Risk.Notify) { FilledByPeople = true };

    public Task<Outcome<Preview<CreditArguments>>> PreviewAsync(CreditArguments arguments, TenantContext tenant, CancellationToken cancellationToken) =>
        Task.FromResult(Credits.Preview(far, arguments));

    public Task<ExecutionResult> ExecuteAsync(CreditArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken) =>
        writers.Open<FarSide>(grant).CreditAsync(grant, arguments.Invoice.Id, arguments.Amount);

    public Task<ExecutionResult> ReconcileAsync(CreditArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken) =>
        Task.FromResult<ExecutionResult>(new ExecutionResult.Unknown("Look at the far side."));
}

internal static class Credits
{
    public static Outcome<Preview<CreditArguments>> Preview(FarSide far, CreditArguments arguments)
    {
        var remaining = far.Read(arguments.Invoice.Id);
        if (remaining < arguments.Amount.AmountMinor)
        {
            return new Refusal("amount_too_large", $"Only {new Money(remaining, "usd")} is left on the invoice.", "Propose less.");
        }

        return new Preview<CreditArguments>(
            arguments, $"Credit {arguments.Amount.ToDisplayText()}", new ObjectRef(ObjectKind.Customer, far.CustomerOf.GetValueOrDefault(arguments.Invoice.Id, far.Customer)), "Acme\u202E Ltd", far.ReadsAnother is { } another ? new ObjectRef(ObjectKind.Invoice, another) : arguments.Invoice, arguments.Amount,
            [new PreviewChange("remaining", remaining.ToString(), (remaining - arguments.Amount.AmountMinor).ToString()), new PreviewChange("Memo", "", arguments.Memo ?? "")],
            "A credit note can be voided.", new Dictionary<string, string> { ["amount_remaining"] = remaining.ToString(), ["status"] = "open" }) { TooLateAt = far.TooLateAt };
    }
}
