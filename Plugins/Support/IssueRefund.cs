using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Billing.Mistakes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>Gives a charge back to the payment method it came from.</summary>
public sealed class IssueRefund(StripeReaders readers, PolicyBook policies, BusinessClock clock) : IOperation<IssueRefundArguments>
{
    public static OperationDescriptor Descriptor { get; } = new(
        "issue_refund",
        "Proposes a refund of a charge; a person decides. To correct an invoice or refund lines of it, use issue_credit_note.",
        typeof(IssueRefundArguments),
        Risk.Money) { FarSideReplays = true, Stamps = "the refund", HasWindow = true, Rule = PolicyRules.Refund, Warning = OutsideWindow };

    private const string WindowRow = "Refund window";

    /// <summary>The row's first sentence, where the window has passed.</summary>
    private static string? OutsideWindow(IReadOnlyList<PreviewChange> changes) =>
        changes.FirstOrDefault(c => c.Field == WindowRow)?.After is { } says && says.StartsWith(RefundWindow.Outside, StringComparison.Ordinal)
            ? $"Outside the refund window{says[RefundWindow.Outside.Length..says.IndexOf('.', StringComparison.Ordinal)]}."
            : null;

    public async Task<Outcome<Preview<IssueRefundArguments>>> PreviewAsync(IssueRefundArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var reader = readers.For(tenant);
        if (!(await reader.ChargeAsync(arguments.Charge.Id, cancellationToken)).TryGet(out var charge, out var refusal)
            || !Owned(charge).TryGet(out var owner, out refusal)
            || !(await reader.CustomerAsync(owner, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await CreditsAsync(reader, charge, cancellationToken)).TryGet(out var credits, out refusal))
        {
            return refusal;
        }

        var goesOn = credits is null ? null : await ComingInvoices.AnyAsync(reader, owner, charge.Currency, cancellationToken);
        var remedy = Remedies.ForCharge(credits?.Invoice.Status, goesOn, charge.Disputed);
        var facts = new RefundableCharge(charge.Status, new Money(charge.Amount, charge.Currency), charge.AmountRefunded, credits?.ToBalance ?? 0, credits?.OutOfBand ?? 0, charge.Disputed);
        return RefundRules.Plan(facts, arguments.Amount)
            .Map(amount => PreviewOf(arguments with { Amount = amount }, amount, charge, customer, credits, WindowOf(arguments, charge, tenant)?.IsOpen, [.. Window(arguments, charge, tenant), .. Line(amount, charge, credits), new PreviewChange(PreviewChange.Remedy, "", remedy.Because)]));
    }

    public async Task<ExecutionResult> ExecuteAsync(IssueRefundArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(writers);
        var options = new RefundCreateOptions { Charge = arguments.Charge.Id, Amount = arguments.Amount?.AmountMinor, Reason = Reason(arguments) };
        return await Attempt.ObstacleAsync(() => ReconcileAsync(arguments, tenant, grant, cancellationToken), () => PreviewAsync(arguments, tenant, cancellationToken), grant) ?? await Attempt.WriteAsync(
            async () => Done(await writers.Open<StripeWriter>(grant).CreateRefundAsync(options, cancellationToken)),
            $"Look for a refund of {arguments.Amount} on charge {arguments.Charge.Id}.",
            cancellationToken);
    }

    public async Task<ExecutionResult> ReconcileAsync(IssueRefundArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        if (!(await readers.For(tenant).RefundsAsync(arguments.Charge.Id, cancellationToken)).TryGet(out var refunds, out var refusal))
        {
            return new ExecutionResult.Unknown($"The charge's refunds could not be read. {refusal}");
        }

        return refunds.Items.FirstOrDefault(r => Stamps.Bears(r.Metadata, grant)) is { } refund ? Done(refund)
            : refunds.Complete ? new ExecutionResult.NotDone()
            : new ExecutionResult.Unknown("The charge has more refunds than were read.");
    }

    /// <summary>A refund that the bank sends back is an outcome of its own: nothing was given back.</summary>
    private static ExecutionResult Done(Refund refund) => refund.Status is "failed" or "canceled"
        ? new ExecutionResult.Failed(new Refusal("refund_failed", $"The refund of {Amount(refund)} {refund.Status}.", "Give the money back another way.", refund.StripeResponse?.RequestId))
        : new ExecutionResult.Executed(refund.Id, $"Refund of {Amount(refund)}, {refund.Status}.", refund.StripeResponse?.RequestId);

    private static Money Amount(Refund refund) => new(refund.Amount, refund.Currency);

    private static Outcome<string> Owned(Charge charge) => charge.CustomerId is { } id
        ? id
        : new Refusal("charge_without_customer", "The charge belongs to no customer.", "Refund it in the Stripe dashboard.");

    private static async Task<Outcome<InvoiceCredits?>> CreditsAsync(StripeReader reader, Charge charge, CancellationToken cancellationToken)
    {
        if (!(await new Settlements(reader).InvoiceOfAsync(charge, cancellationToken)).TryGet(out var invoice, out var refusal) && refusal is not null)
        {
            return refusal;
        }

        return invoice is null
            ? new Outcome<InvoiceCredits?>.Ok(null)
            : (await new CreditableInvoiceReader(reader).ReadAsync(invoice.Id, cancellationToken)).Map(c => (InvoiceCredits?)c);
    }

    /// <summary>Where the charge stands in the window of its reason; outside of it a person decides by what the policy excepts.</summary>
    private IEnumerable<PreviewChange> Window(IssueRefundArguments arguments, Charge charge, TenantContext tenant)
    {
        if (policies.Find(Descriptor.Name)?.WindowDays is null)
        {
            yield break;
        }

        var courtesy = policies.Find(GiveCourtesyCredit.Descriptor.Name)?.Limit?.PerCustomer is { } most && most.TryGetValue(charge.Currency, out var limit) ? limit : default(Money?);
        yield return new PreviewChange(WindowRow, "", WindowOf(arguments, charge, tenant)?.Says(courtesy) ?? "policy.yaml gives none for this reason.");
    }

    /// <summary>Null where policy.yaml has none for this reason.</summary>
    private RefundWindow? WindowOf(IssueRefundArguments arguments, Charge charge, TenantContext tenant) =>
        policies.Find(Descriptor.Name)?.WindowDays is { } windows && windows.TryGetValue(Reason(arguments), out var days)
            ? new RefundWindow(days, tenant.Day(charge.Created), tenant.Day(clock.UtcNow))
            : null;

    /// <summary>Whoever means a line of the invoice is told what gives the same money back and corrects the books as well.</summary>
    private static IEnumerable<PreviewChange> Line(Money amount, Charge charge, InvoiceCredits? credits)
    {
        if (credits is not null && amount.AmountMinor < charge.Amount && CreditedLines.Matching(credits.Invoice, amount) is { } number)
        {
            yield return new PreviewChange("Line of the invoice", "", $"Line {number} comes to exactly this with its tax. If it is meant, issue_credit_note of that line with refund pays the same back and corrects the invoice and its tax too.");
        }
    }

    /// <summary>What the customer already has of this invoice by bank transfer or in cash.</summary>
    private static IEnumerable<PreviewChange> OutOfBand(Money amount, InvoiceCredits? credits) =>
        credits is { OutOfBand: > 0 } ? [PreviewChange.Of("Paid back outside Stripe", amount with { AmountMinor = credits.OutOfBand }, amount with { AmountMinor = credits.OutOfBand })] : [];

    private static PolicyRule? RuleOf(IssueRefundArguments arguments) => arguments.Reason switch
    {
        RefundReason.Duplicate => PolicyRules.RefundOfDuplicate,
        RefundReason.Fraudulent => PolicyRules.RefundOfFraud,
        _ => null,
    };

    private static Preview<IssueRefundArguments> PreviewOf(IssueRefundArguments arguments, Money amount, Charge charge, Customer customer, InvoiceCredits? credits, bool? inside, IReadOnlyList<PreviewChange> advice)
    {
        var refunded = amount with { AmountMinor = charge.AmountRefunded };
        var stored = amount with { AmountMinor = -customer.Balance };
        var from = credits is null ? "a charge that pays no invoice" : $"the payment of invoice {credits.Invoice.Number}";
        return new Preview<IssueRefundArguments>(
            arguments,
            $"Refund {amount.ToDisplayText()} of {from}{Card(charge)}",
            customer.Ref(),
            customer.NameOf().Value,
            charge.Ref(),
            amount,
            [
                PreviewChange.Of($"Refunded of {(amount with { AmountMinor = charge.Amount }).ToDisplayText()}", refunded, refunded + amount),
                PreviewChange.Of("Customer's stored credit", stored, stored),
                .. OutOfBand(amount, credits),
                new PreviewChange("Reason", "", Reason(arguments)),
                .. advice,
            ],
            "A refund can't be undone.",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["status"] = charge.Status,
                ["amount"] = $"{charge.Amount}",
                ["currency"] = charge.Currency,
                ["amount_refunded"] = $"{charge.AmountRefunded}",
                ["credited_to_balance"] = $"{credits?.ToBalance ?? 0}",
                ["paid_back_out_of_band"] = $"{credits?.OutOfBand ?? 0}",
                ["disputed"] = charge.Disputed ? "true" : "false",
                ["customer"] = customer.Id,
                ["invoice"] = credits?.Invoice.Id ?? "",
                ["window"] = inside switch { true => "inside", false => "outside", null => "none" },
            }) { Rule = RuleOf(arguments) };
    }

    private static string Card(Charge charge) => CardView.Short(charge.PaymentMethodDetails) is { } card ? $" to {card}" : "";

    private static string Reason(IssueRefundArguments arguments) => JsonNamingPolicy.SnakeCaseLower.ConvertName(arguments.Reason.ToString());
}
