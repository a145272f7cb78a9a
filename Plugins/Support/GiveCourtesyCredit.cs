using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>Arguments of <c>give_courtesy_credit</c>.</summary>
public sealed record CourtesyCreditArguments(
    [property: Handle(ObjectKind.Customer), Description("Customer.")] ObjectRef Customer,
    [property: Description("Amount.")] Money Amount,
    [property: Description("What happened, in a few words.")] string Because);

/// <summary>A gesture: credit on the customer's balance, within the limit that policy.yaml gives. Not a correction.</summary>
public sealed class GiveCourtesyCredit(StripeReaders readers, PolicyBook policies, BusinessClock clock) : IOperation<CourtesyCreditArguments>
{
    /// <summary>How the entry on the balance begins.</summary>
    internal const string Words = "Courtesy credit: ";
    private const int LongestBecause = 120;

    public static OperationDescriptor Descriptor { get; } = new(
        "give_courtesy_credit",
        "Proposes courtesy credit on a customer's balance, within policy; a person decides.",
        typeof(CourtesyCreditArguments),
        Risk.Money)
    {
        FarSideReplays = true, Stamps = "the balance transaction", NeedsLimit = true, Rule = PolicyRules.CourtesyCredit,
        Undo = new UndoneBy("take_back_courtesy_credit", "credit", OfResult: true) { Target = "customer" },
    };

    public async Task<Outcome<Preview<CourtesyCreditArguments>>> PreviewAsync(CourtesyCreditArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        if (arguments.Because is not { Length: > 0 } because || because != PlainText.Clean(because, LongestBecause) || LinkFinder.Finds(because))
        {
            return new Refusal("invalid_because", $"because must be one line of at most {LongestBecause} characters, without links, domains, addresses or invisible characters.", "Say in a plain sentence what happened.");
        }

        var limit = policies.For(Descriptor.Name).Limit!;
        var since = clock.UtcNow.AddDays(-limit.Days);
        var reader = readers.For(tenant);
        if (!(await reader.CustomerAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var customer, out var refusal)
            || !(await reader.BalanceTransactionsAsync(customer.Id, since, cancellationToken)).TryGet(out var past, out refusal))
        {
            return refusal;
        }

        var given = arguments.Amount with { AmountMinor = GivenBy(past.Items, arguments.Amount.Currency) };
        return !past.Complete ? new Refusal("too_many_transactions", "The customer's balance has more transactions than were read.", "Look at it in Stripe's dashboard.")
            : customer.Currency is { } own && own != arguments.Amount.Currency
            ? new Refusal("currency_mismatch", $"The customer is billed in {own.ToUpperInvariant()}, the amount is in {arguments.Amount.Currency.ToUpperInvariant()}.", $"Give the amount in {own.ToUpperInvariant()}.")
            : CourtesyRules.Refuse(limit, arguments.Amount, given) is { } beyond ? beyond
            : PreviewOf(arguments, customer, given, limit);
    }

    public async Task<ExecutionResult> ExecuteAsync(CourtesyCreditArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);

        // What an earlier run did counts as given: planned anew it would differ, so that run is looked for first.
        if (await ReconcileAsync(arguments, tenant, grant, cancellationToken) is not ExecutionResult.NotDone and var earlier)
        {
            return earlier;
        }

        if (!(await PreviewAsync(arguments, tenant, cancellationToken)).TryGet(out var preview, out var refusal))
        {
            return new ExecutionResult.Failed(refusal);
        }

        if (grant.RefuseUnless(preview.Declared) is { } differs)
        {
            return new ExecutionResult.Failed(differs);
        }

        return await Attempt.WriteAsync(
            async () => Done(await writers.Open<StripeWriter>(grant).CreditBalanceAsync(arguments.Customer.Id, arguments.Amount, Words + arguments.Because, cancellationToken)),
            $"Look for {arguments.Amount} among the transactions of the customer's balance.",
            cancellationToken);
    }

    public async Task<ExecutionResult> ReconcileAsync(CourtesyCreditArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        if (!(await readers.For(tenant).BalanceTransactionsAsync(arguments.Customer.Id, null, cancellationToken)).TryGet(out var past, out var refusal))
        {
            return new ExecutionResult.Unknown($"The customer's balance could not be read. {refusal}");
        }

        return past.Items.FirstOrDefault(t => Stamps.Bears(t.Metadata, grant)) is { } found ? Done(found)
            : past.Complete ? new ExecutionResult.NotDone()
            : new ExecutionResult.Unknown("The customer's balance has more transactions than were read.");
    }

    /// <summary>Gestures: what was put on the balance by hand, here or in Stripe's dashboard, and not taken back here.</summary>
    private static long GivenBy(IReadOnlyList<CustomerBalanceTransaction> past, string currency)
    {
        var undone = past.Select(t => t.Metadata?.GetValueOrDefault(TakeBackCourtesyCredit.UndoesKey)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return past.Where(t => t is { Type: "adjustment", Amount: < 0 } && t.Currency == currency && !undone.Contains(t.Id)).Sum(t => -t.Amount);
    }

    private static ExecutionResult.Executed Done(CustomerBalanceTransaction made) =>
        new(made.Id, $"Courtesy credit of {new Money(-made.Amount, made.Currency)}.", made.StripeResponse?.RequestId);

    private static Preview<CourtesyCreditArguments> PreviewOf(CourtesyCreditArguments arguments, Customer customer, Money given, CourtesyLimit limit)
    {
        var stored = arguments.Amount with { AmountMinor = -customer.Balance };
        var most = limit.PerCustomer[arguments.Amount.Currency];
        return new Preview<CourtesyCreditArguments>(
            arguments,
            $"Courtesy credit of {arguments.Amount.ToDisplayText()} for the next invoice",
            customer.Ref(),
            customer.NameOf().Value,
            customer.Ref(),
            arguments.Amount,
            [
                PreviewChange.Of("Customer's stored credit", stored, stored + arguments.Amount),
                PreviewChange.Of($"Courtesy credit in {limit.Days} days", given, given + arguments.Amount),
                PreviewChange.Of("Left of the limit", most - given, most - given - arguments.Amount),
                new PreviewChange("Because", "", arguments.Because),
                new PreviewChange(PreviewChange.Remedy, "", "For a gesture: this one, no money goes back and no fee is lost. Where an invoice billed too much: a credit note on it, with issue_credit_note."),
                new PreviewChange(PolicyRule.Field, "", limit.Words),
            ],
            "Can be taken back until an invoice uses the credit.",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["customer"] = customer.Id,
                ["customer_balance"] = $"{customer.Balance}",
                ["given"] = $"{given.AmountMinor}",
            });
    }
}
