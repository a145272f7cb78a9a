using System.Text.Json.Nodes;
using BillingCopilot.Governance.Proposals;
using Stripe;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>An operation as the suites try it: what it is done to, how that can change, and how its effect is counted.</summary>
/// <param name="MoveAsync">Changes what the approval rests on, from outside.</param>
/// <param name="Path">Part of the path of the call that has the effect.</param>
/// <param name="Call">The same, as the sandbox's faults match it; empty for what is not Stripe's.</param>
/// <param name="Effect">Its name in the ledger; null for a mail.</param>
/// <param name="MakeAsync">Makes objects of its own, and the arguments that name them.</param>
internal sealed record RealOperation(Func<Objects, Task<JsonObject>> MakeAsync, Func<StripeClient, JsonObject, Task> MoveAsync, string Path, string Call, string? Effect)
{
    public static IReadOnlyDictionary<string, RealOperation> All { get; } = new Dictionary<string, RealOperation>()
    {
        ["issue_refund"] = new(
            async o => Objects.Refund(await o.ChargeOfAsync(await o.PaidInvoiceAsync(3000)), 1000),
            (stripe, a) => stripe.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = (string)a["charge"]!, Amount = 100 }),
            "/v1/refunds", "POST /v1/refunds", "refund.created"),
        ["issue_credit_note"] = new(
            async o => Objects.Credit(await o.OpenInvoiceAsync(3000), 1000),
            (stripe, a) => stripe.V1.Invoices.VoidInvoiceAsync((string)a["invoice"]!),
            "/v1/credit_notes", "POST /v1/credit_notes", "credit_note.created"),
        ["void_credit_note"] = new(
            async o => new JsonObject { ["credit_note"] = (await o.CreditNoteAsync(await o.OpenInvoiceAsync(3000), 1000)).Id },
            (stripe, a) => stripe.V1.CreditNotes.VoidCreditNoteAsync((string)a["credit_note"]!),
            "/void", "POST /v1/credit_notes/*/void", "credit_note.voided"),
        ["cancel_subscription_at_period_end"] = new(
            async o => new JsonObject { ["subscription"] = (await o.SubscriptionAsync(3000, 2)).Id },
            (stripe, a) => stripe.V1.Subscriptions.CancelAsync((string)a["subscription"]!),
            "/v1/subscriptions/", "POST /v1/subscriptions/*", "subscription.updated"),
        ["reactivate_subscription"] = new(
            async o => new JsonObject { ["subscription"] = (await o.SubscriptionAsync(3000, 2)).Id },
            (stripe, a) => stripe.V1.Subscriptions.CancelAsync((string)a["subscription"]!),
            "/v1/subscriptions/", "POST /v1/subscriptions/*", "subscription.updated")
        {
            Prepare = (stripe, a) => stripe.V1.Subscriptions.UpdateAsync((string)a["subscription"]!, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true }),
        },
        ["cancel_subscription_now"] = new(
            async o => new JsonObject { ["subscription"] = (await o.SubscriptionAsync(3000, 2)).Id },
            (stripe, a) => stripe.V1.Subscriptions.UpdateAsync((string)a["subscription"]!, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true }),
            "/v1/subscriptions/", "DELETE /v1/subscriptions/*", "subscription.canceled"),
        // Of a year, as downgrade_now.
        ["cancel_subscription_prorated"] = new(
            async o => new JsonObject { ["subscription"] = (await o.SubscriptionAsync(3000, 2, interval: "year")).Id },
            (stripe, a) => stripe.V1.Subscriptions.UpdateAsync((string)a["subscription"]!, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true }),
            "/v1/subscriptions/", "POST /v1/subscriptions/*", "subscription.updated"),
        ["give_courtesy_credit"] = new(
            async o => Objects.Courtesy(await o.CustomerAsync(), 1000),
            (stripe, a) => stripe.V1.Customers.BalanceTransactions.CreateAsync((string)a["customer"]!, new CustomerBalanceTransactionCreateOptions { Amount = -500, Currency = "usd" }),
            "/balance_transactions", "POST /v1/customers/*/balance_transactions", "customer_balance_transaction.created"),
        ["submit_dispute_evidence"] = new(
            async o => new JsonObject { ["charge"] = (await o.DisputedChargeAsync(3000)).Id },
            async (stripe, a) => await stripe.V1.Disputes.UpdateAsync((await new Objects(stripe).DisputeOfAsync((string)a["charge"]!)).Id, new DisputeUpdateOptions { Evidence = new() { CustomerName = "Somebody else" }, Submit = false }),
            "/v1/disputes/", "POST /v1/disputes/*", "dispute.updated"),
        ["accept_dispute"] = new(
            async o => new JsonObject { ["charge"] = (await o.DisputedChargeAsync(3000)).Id },
            async (stripe, a) => await stripe.V1.Disputes.UpdateAsync((await new Objects(stripe).DisputeOfAsync((string)a["charge"]!)).Id, new DisputeUpdateOptions { Evidence = new() { CustomerName = "Somebody else" }, Submit = false }),
            "/close", "POST /v1/disputes/*/close", "dispute.closed"),
        ["take_back_courtesy_credit"] = new(
            async o => await o.GivenAsync(await o.CustomerAsync(), 1000),
            (stripe, a) => stripe.V1.Customers.BalanceTransactions.CreateAsync((string)a["customer"]!, new CustomerBalanceTransactionCreateOptions { Amount = 900, Currency = "usd" }),
            "/balance_transactions", "POST /v1/customers/*/balance_transactions", "customer_balance_transaction.created"),
        ["downgrade_at_period_end"] = new(
            async o => new JsonObject { ["subscription"] = (await o.SubscriptionAsync(3000, 4)).Id, ["plan"] = "Team", ["quantity"] = 2 },
            (stripe, a) => stripe.V1.Subscriptions.UpdateAsync((string)a["subscription"]!, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true }),
            "/v1/subscription_schedules/", "POST /v1/subscription_schedules/*", "subscription_schedule.updated"),

        // Of a year, since the bench's time moves on by days and the sandbox's does not.
        ["downgrade_now"] = new(
            async o => new JsonObject { ["subscription"] = (await o.SubscriptionAsync(3000, 4, interval: "year")).Id, ["plan"] = "Team", ["quantity"] = 2 },
            (stripe, a) => stripe.V1.Subscriptions.UpdateAsync((string)a["subscription"]!, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true }),
            "/v1/subscriptions/", "POST /v1/subscriptions/*", "subscription.updated")
        {
            Proposer = "olivia",
        },
        ["keep_plan"] = new(
            async o => new JsonObject { ["subscription"] = (await o.DowngradedAsync(3000, 4, 2)).Id },
            async (stripe, a) => await stripe.V1.SubscriptionSchedules.ReleaseAsync((await stripe.V1.Subscriptions.GetAsync((string)a["subscription"]!)).ScheduleId),
            "/release", "POST /v1/subscription_schedules/*/release", "subscription_schedule.released"),
        ["apply_coupon_once"] = new(
            async o => new JsonObject { ["subscription"] = (await o.SubscriptionAsync(3000, 2)).Id, ["coupon"] = await o.CouponAsync(20) },
            (stripe, a) => stripe.V1.Subscriptions.UpdateAsync((string)a["subscription"]!, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true }),
            "/v1/subscriptions/", "POST /v1/subscriptions/*", "subscription.updated"),
        ["take_back_coupon"] = new(
            async o => new JsonObject { ["subscription"] = (await o.SubscriptionAsync(3000, 2)).Id, ["coupon"] = await o.CouponAsync(20) },
            (stripe, a) => stripe.V1.Subscriptions.UpdateAsync((string)a["subscription"]!, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true }),
            "/v1/subscriptions/", "POST /v1/subscriptions/*", "subscription.updated")
        {
            ByHand = true,
            Undoes = "apply_coupon_once",
        },
        ["resend_invoice"] = new(
            async o => new JsonObject { ["invoice"] = (await o.OpenInvoiceAsync(3000)).Id },
            (stripe, a) => stripe.V1.Invoices.VoidInvoiceAsync((string)a["invoice"]!),
            "/send", "POST /v1/invoices/*/send", "invoice.sent"),
        ["send_portal_link"] = new(
            async o => new JsonObject { ["customer"] = (await o.CustomerAsync()).Id },
            (stripe, a) => stripe.V1.Customers.UpdateAsync((string)a["customer"]!, new CustomerUpdateOptions { Email = "other@moved.example" }),
            CrashingMail.Call, "", null),
        ["update_billing_details"] = new(
            async o => new JsonObject { ["customer"] = (await o.CustomerAsync()).Id, ["name"] = "Acme Limited", ["line1"] = "1 Quay", ["city"] = "Cork", ["country"] = "IE" },
            (stripe, a) => stripe.V1.Customers.UpdateAsync((string)a["customer"]!, new CustomerUpdateOptions { Name = "Renamed" }),
            "/v1/customers/", "POST /v1/customers/*", "customer.updated")
        {
            ByHand = true,
        },
        ["add_tax_id"] = new(
            async o => new JsonObject { ["customer"] = (await o.CustomerAsync()).Id, ["kind"] = "eu_vat", ["number"] = "DE123456789" },
            (stripe, a) => stripe.V1.Customers.TaxIds.CreateAsync((string)a["customer"]!, new CustomerTaxIdCreateOptions { Type = "us_ein", Value = "12-3456789" }),
            "/tax_ids", "POST /v1/customers/*/tax_ids", "customer.tax_id.created")
        {
            ByHand = true,
        },
        ["remove_tax_id"] = new(
            async o => await o.TaxIdAsync(await o.CustomerAsync()),
            (stripe, a) => stripe.V1.Customers.TaxIds.DeleteAsync((string)a["customer"]!, (string)a["tax_id"]!),
            "/tax_ids/", "DELETE /v1/customers/*/tax_ids/*", "customer.tax_id.deleted")
        {
            ByHand = true,
        },
        ["write_invoice_summary"] = new(
            async o => new JsonObject { ["invoice"] = (await o.DraftInvoiceAsync(3000)).Id, ["place"] = "memo" },
            (stripe, a) => stripe.V1.Invoices.UpdateAsync((string)a["invoice"]!, new InvoiceUpdateOptions { Description = "Somebody's own words" }),
            "/v1/invoices/", "POST /v1/invoices/*", "invoice.updated"),
        ["send_invoice_summary"] = new(
            async o => new JsonObject { ["invoice"] = (await o.PaidInvoiceAsync(3000)).Id, ["pdf"] = true },
            async (stripe, a) => await stripe.V1.Customers.UpdateAsync((await stripe.V1.Invoices.GetAsync((string)a["invoice"]!)).CustomerId, new CustomerUpdateOptions { Email = "other@moved.example" }),
            CrashingMail.Call, "", null),
        ["post_internal_note"] = new(
            async o => new JsonObject { ["customer"] = (await o.PaidInvoiceAsync(3000)).CustomerId, ["note"] = "Called back; they will pay on Friday." },
            (stripe, a) => stripe.V1.Customers.UpdateAsync((string)a["customer"]!, new CustomerUpdateOptions { Name = "Renamed" }),
            CrashingCrm.Call, "", null)
        {
            CountAsync = (bench, p) => bench.NotesOfAsync(p),
        },
        ["send_dunning_email"] = new(
            async o => new JsonObject { ["invoice"] = (await o.FailedInvoiceAsync(3000)).Id },
            (stripe, a) => stripe.V1.Invoices.PayAsync((string)a["invoice"]!, new InvoicePayOptions { PaidOutOfBand = true }),
            CrashingMail.Call, "", null),
    };

    /// <summary>Counts the effects of a proposal that are neither in the ledger nor a mail.</summary>
    public Func<RealBench, ProposalView, Task<int>>? CountAsync { get; init; }

    /// <summary>Who asks for it: the policy leaves some to operations.</summary>
    public string Proposer { get; init; } = "sam";

    /// <summary>True for what a person fills in: no agent may ask for it.</summary>
    public bool ByHand { get; init; }

    /// <summary>What is done first, with the arguments, and then undone by this; null for what is proposed by itself.</summary>
    public string? Undoes { get; init; }

    public Func<StripeClient, JsonObject, Task> Prepare { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>How often a proposal of it took effect.</summary>
    public async Task<int> EffectsAsync(RealBench bench, ProposalView proposal) => CountAsync is { } count ? await count(bench, proposal)
        : Effect is { } effect
        ? (await bench.EffectsAsync(proposal)).Count(e => e.EndsWith(effect, StringComparison.Ordinal))
        : bench.Mailed(proposal) ? 1 : 0;
}
