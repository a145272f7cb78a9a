using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>Arguments of <c>take_back_courtesy_credit</c>.</summary>
public sealed record TakeBackCourtesyCreditArguments(
    [property: Handle(ObjectKind.Customer), Description("Customer.")] ObjectRef Customer,
    [property: Handle(ObjectKind.BalanceTransaction), Description("Courtesy credit.")] ObjectRef Credit);

/// <summary>
/// Undoes a courtesy credit that was a mistake: an opposite entry on the customer's balance, while no invoice has used
/// the credit. Only what was given here can be taken back here.
/// </summary>
public sealed class TakeBackCourtesyCredit(StripeReaders readers) : IOperation<TakeBackCourtesyCreditArguments>
{
    /// <summary>Metadata key of the opposite entry: the entry that it takes back.</summary>
    public const string UndoesKey = "copilot_undoes";

    public static OperationDescriptor Descriptor { get; } = new(
        "take_back_courtesy_credit",
        "Proposes to take an unused courtesy credit back.",
        typeof(TakeBackCourtesyCreditArguments),
        Risk.Money) { FarSideReplays = true, Stamps = "the balance transaction", Rule = PolicyRules.CourtesyCredit };

    public async Task<Outcome<Preview<TakeBackCourtesyCreditArguments>>> PreviewAsync(TakeBackCourtesyCreditArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var reader = readers.For(tenant);
        if (!(await reader.CustomerAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var customer, out var refusal)
            || !(await reader.BalanceTransactionAsync(customer.Id, arguments.Credit.Id, cancellationToken)).TryGet(out var given, out refusal)
            || !(await reader.BalanceTransactionsAsync(customer.Id, Dates.Instant(given.Created), cancellationToken)).TryGet(out var later, out refusal))
        {
            return refusal;
        }

        return Unfit(customer, given, later) is { } unfit ? unfit : Of(arguments, customer, given);
    }

    public Task<ExecutionResult> ExecuteAsync(TakeBackCourtesyCreditArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        return Planned.ExecuteAsync(
            () => ReconcileAsync(arguments, tenant, grant, cancellationToken),
            () => PreviewAsync(arguments, tenant, cancellationToken),
            grant,
            async preview =>
            {
                var back = preview.Amount!.Value;
                var more = new Dictionary<string, string> { [UndoesKey] = arguments.Credit.Id };
                return Done(await writers.Open<StripeWriter>(grant).CreditBalanceAsync(arguments.Customer.Id, back with { AmountMinor = -back.AmountMinor }, "Courtesy credit taken back", cancellationToken, more));
            },
            "Look among the transactions of the customer's balance.",
            cancellationToken);
    }

    public async Task<ExecutionResult> ReconcileAsync(TakeBackCourtesyCreditArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
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

    /// <summary>Entries that were given and not taken back since, of those given here.</summary>
    internal static IEnumerable<CustomerBalanceTransaction> Standing(IReadOnlyList<CustomerBalanceTransaction> past)
    {
        var undone = past.Select(t => t.Metadata?.GetValueOrDefault(UndoesKey)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return past.Where(t => IsGiven(t) && !undone.Contains(t.Id));
    }

    private static bool IsGiven(CustomerBalanceTransaction entry) =>
        entry is { Type: "adjustment", Amount: < 0 } && Stamps.Of(entry.Metadata) is not null && entry.Description?.StartsWith(GiveCourtesyCredit.Words, StringComparison.Ordinal) == true;

    private static Refusal? Unfit(Customer customer, CustomerBalanceTransaction given, Listing<CustomerBalanceTransaction> later) =>
        !IsGiven(given) ? new Refusal("no_courtesy_credit", "That entry of the balance is no courtesy credit given here.", "Name one that get_customer_overview lists.")
        : !later.Complete ? new Refusal("too_many_transactions", "The customer's balance has more transactions than were read.", "Look at it in Stripe's dashboard.")
        : Standing(later.Items).All(t => t.Id != given.Id) ? new Refusal("taken_back_already", "That courtesy credit was taken back already.")
        : Least(customer, given, later.Items) is var least && least < -given.Amount ? new Refusal(
            "credit_used",
            $"Of the stored credit {new Money(Math.Max(0, least), given.Currency)} was left, less than the {new Money(-given.Amount, given.Currency)} given: an invoice has used it.",
            "It can't be taken back; nothing is owed for it.")
        : Since(given, later.Items).Any(t => t.Type == "applied_to_invoice") ? new Refusal(
            "credit_used",
            "An invoice has taken of the stored credit since, which may have been this one.",
            "It can't be taken back; nothing is owed for it.")
        : null;

    /// <summary>The least stored credit at any time since: what was put there after the credit was used is another's.</summary>
    private static long Least(Customer customer, CustomerBalanceTransaction given, IReadOnlyList<CustomerBalanceTransaction> later) =>
        -Since(given, later).Where(t => t.Currency == given.Currency).Select(t => t.EndingBalance).Append(customer.Balance).Max();

    /// <summary>The entries after one, of a list with the newest first.</summary>
    private static IEnumerable<CustomerBalanceTransaction> Since(CustomerBalanceTransaction given, IReadOnlyList<CustomerBalanceTransaction> later) =>
        later.TakeWhile(t => t.Id != given.Id);

    private static ExecutionResult.Executed Done(CustomerBalanceTransaction made) =>
        new(made.Id, $"Courtesy credit of {new Money(made.Amount, made.Currency)} taken back.", made.StripeResponse?.RequestId);

    private static Preview<TakeBackCourtesyCreditArguments> Of(TakeBackCourtesyCreditArguments arguments, Customer customer, CustomerBalanceTransaction given)
    {
        var amount = new Money(-given.Amount, given.Currency);
        var stored = amount with { AmountMinor = -customer.Balance };
        return new Preview<TakeBackCourtesyCreditArguments>(
            arguments,
            $"Take back the courtesy credit of {amount.ToDisplayText()}",
            customer.Ref(),
            customer.NameOf().Value,
            customer.Ref(),
            amount,
            [PreviewChange.Of("Customer's stored credit", stored, stored - amount), new PreviewChange("Given because", given.Description ?? "", "taken back")],
            "The same credit can be given anew, within the policy's limit.",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["customer"] = customer.Id,
                ["customer_balance"] = $"{customer.Balance}",
                ["credit"] = given.Id,
                ["amount"] = amount.ToString(),
            })
        {
            ReadAgain = [customer.Ref(), arguments.Credit],
        };
    }
}
