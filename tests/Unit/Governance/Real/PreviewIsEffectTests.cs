using System.Text.Json.Nodes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Testing;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>What a card says before and after is what Stripe says before and after, to the smallest unit.</summary>
[TakesLong]
public sealed class PreviewIsEffectTests
{
    private const int EachCurrency = 80;
    private const string Unlimited = """
        operations:
          issue_credit_note: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none }
          issue_refund: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none }
          void_credit_note: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none }
          cancel_subscription_at_period_end: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          reactivate_subscription: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          cancel_subscription_now: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none }
          cancel_subscription_prorated: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none }
          give_courtesy_credit: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none, limit: { days: 90, per_customer: { usd: "99999.00", eur: "99999.00", jpy: "9999900", kwd: "99999.000" }, words: W } }
          submit_dispute_evidence: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none }
          accept_dispute: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none }
          take_back_courtesy_credit: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none }
          downgrade_now: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none }
          apply_coupon_once: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none }
          take_back_coupon: { propose: [support], approve: [admin], self_approval: false, expiry: 24h, second_approver_above: none, caps: none }
          downgrade_at_period_end: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          keep_plan: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          resend_invoice: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          send_portal_link: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          update_billing_details: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          add_tax_id: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          remove_tax_id: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          post_internal_note: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          write_invoice_summary: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          send_invoice_summary: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
          send_dunning_email: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }
        """;

    [Theory]
    [InlineData("usd", 1)]
    [InlineData("eur", 2)]
    [InlineData("jpy", 3)]
    [InlineData("kwd", 4)]
    public async Task Preview_GeneratedCases_EqualTheEffect(string currency, int seed)
    {
        await using var bench = await RealBench.StartAsync(Unlimited);
        var random = new Random(seed);
        var compared = new List<PreviewChange>();
        for (var i = 0; i < EachCurrency; i++)
        {
            compared.AddRange(await CompareAsync(bench, await CaseAsync(new Objects(bench.Sandbox.Admin), random, currency), $"{currency} case {i}"));
        }

        for (var i = 0; i < EachCurrency / 8; i++)
        {
            // The credit is reckoned from the second of the proposal, which is another in each case.
            bench.Time.Advance(TimeSpan.FromSeconds(random.Next(350)));
            compared.AddRange(await CompareAsync(bench, await ProratedAsync(bench, random, currency), $"{currency} prorated end {i}"));
        }

        for (var i = 0; i < EachCurrency / 8; i++)
        {
            var coupon = await CouponAsync(new Objects(bench.Sandbox.Admin), random, 10L * random.Next(200, 50_000), currency);
            compared.AddRange(await CompareAsync(bench, coupon with { Operation = "take_back_coupon" }, $"{currency} coupon taken back {i}"));
        }

        // The cases hold what they are about: not only zeros.
        compared.Count.ShouldBeGreaterThan(2 * EachCurrency);
        compared.Count(c => c is { Field: "Tax in the credit", AfterMinor: > 0 }).ShouldBeGreaterThan(3);
        compared.Count(c => c is { Field: "Customer's stored credit", BeforeMinor: > 0 }).ShouldBeGreaterThan(3);
        compared.Count(c => c is { Field: "Credit for the unused time, with tax", AfterMinor: > 0 }).ShouldBeGreaterThan(3);
    }

    /// <summary>Proposes, approves and executes, and reads each amount of the preview before and after. Returns them.</summary>
    private static async Task<List<PreviewChange>> CompareAsync(RealBench bench, Case about, string name)
    {
        var proposal = await bench.ProposeAsync(about.Operation, about.Arguments);
        var amounts = proposal.Changes.Where(c => c.AfterMinor is not null).ToList();
        foreach (var row in amounts)
        {
            (await ReadAsync(bench.Sandbox.Admin, about, row, null)).ShouldBe(row.BeforeMinor, $"{name}, {about.Operation}: {row.Field} before");
            row.Currency.ShouldBe(about.Currency, name);
        }

        RealBench.Ok(await bench.TryApproveAsync(proposal));
        var done = await bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, default);
        done.Status.ShouldBe(ProposalStatus.Executed, $"{name}: {done.ResultText}");
        foreach (var row in amounts)
        {
            (await ReadAsync(bench.Sandbox.Admin, about, row, done)).ShouldBe(row.AfterMinor, $"{name}, {about.Operation}: {row.Field} after");
        }

        await StampedAsync(bench.Sandbox.Admin, about, proposal, done, name);
        return amounts;
    }

    /// <summary>The metadata that the card announced is on the object.</summary>
    private static async Task StampedAsync(StripeClient stripe, Case about, ProposalView proposal, ProposalView done, string name)
    {
        var metadata = about.Operation switch
        {
            "issue_refund" => (await stripe.V1.Refunds.GetAsync(done.ResultObjectId)).Metadata,
            "issue_credit_note" or "void_credit_note" => (await stripe.V1.CreditNotes.GetAsync(done.ResultObjectId)).Metadata,
            "give_courtesy_credit" or "take_back_courtesy_credit" => (await stripe.V1.Customers.BalanceTransactions.GetAsync(about.Customer, done.ResultObjectId)).Metadata,
            "submit_dispute_evidence" or "accept_dispute" => (await stripe.V1.Disputes.GetAsync(done.ResultObjectId)).Metadata,
            "apply_coupon_once" => (await stripe.V1.Subscriptions.GetAsync(about.Subscription)).Metadata,
            "downgrade_at_period_end" or "keep_plan" => (await stripe.V1.SubscriptionSchedules.GetAsync(done.ResultObjectId)).Metadata,
            _ => (await stripe.V1.Subscriptions.GetAsync(done.ResultObjectId)).Metadata,
        };
        var prefix = about.Operation is "void_credit_note" or "keep_plan" ? "copilot_undo_" : "copilot_";
        metadata[prefix + "proposal"].ShouldBe(proposal.Id, name);
        metadata[prefix + "approved_by"].ShouldBe("ada", name);
        var prompt = RealOperation.All[about.Operation].ByHand ? ProposeRequest.ByHand : "support.v1";
        metadata[prefix + "prompt"].ShouldBe(prompt, name);
        proposal.Changes[^1].After.ShouldBe($"copilot_proposal={proposal.Id}, copilot_approved_by=(who approves), copilot_prompt={prompt}", name);
    }

    private static async Task<long?> ReadAsync(StripeClient stripe, Case about, PreviewChange row, ProposalView? done) => row.Field switch
    {
        "Customer's stored credit" => -(await stripe.V1.Customers.GetAsync(about.Customer)).Balance,
        "Owed on the invoice" => (await stripe.V1.Invoices.GetAsync(about.Invoice)).AmountRemaining,
        "Refunded to the payment method" => (await ChargesAsync(stripe, about)).Sum(c => c.AmountRefunded),
        "Left to credit on the invoice" => (await stripe.V1.Invoices.GetAsync(about.Invoice)).Total - (await NotesAsync(stripe, about)).Sum(n => n.Total),
        "Tax in the credit" => done is null ? 0 : (await stripe.V1.CreditNotes.GetAsync(done.ResultObjectId)).TotalTaxes?.Sum(t => t.Amount) ?? 0,
        "Credit for the unused time, with tax" => done is null ? 0 : -(await stripe.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = about.Subscription, Limit = 1 })).Data[0].Total,
        "Proration" => (await stripe.V1.InvoiceItems.ListAsync(new InvoiceItemListOptions { Customer = about.Customer, Pending = true })).Sum(i => i.Amount),
        "Next invoice as it stands now" => (await stripe.V1.Invoices.CreatePreviewAsync(new InvoiceCreatePreviewOptions { Subscription = about.Subscription })).Total,
        "Taken from our balance" => -(await MovementsAsync(stripe, about)).Sum(m => m.Amount),
        "Dispute fee kept" => (await MovementsAsync(stripe, about)).Sum(m => m.Fee),
        var field when field.StartsWith("Courtesy credit in", StringComparison.Ordinal) =>
            -await CourtesyAsync(stripe, about),
        "Left of the limit" => (about.Currency == "kwd" ? 99_999_000 : 9_999_900) + await CourtesyAsync(stripe, about),
        var field when field.StartsWith("Refunded of", StringComparison.Ordinal) => (await ChargesAsync(stripe, about)).Sum(c => c.AmountRefunded),
        var field when field.StartsWith("Recurring a month", StringComparison.Ordinal) => await RecurringAsync(stripe, about),
        var field => throw new InvalidOperationException($"Nothing here reads '{field}'."),
    };

    private static async Task<long?> RecurringAsync(StripeClient stripe, Case about)
    {
        var subscription = await stripe.V1.Subscriptions.GetAsync(about.Subscription);
        if (subscription.ScheduleId is { } id)
        {
            var next = (await stripe.V1.SubscriptionSchedules.GetAsync(id)).Phases[^1];
            return (await Task.WhenAll(next.Items.Select(async i => (await stripe.V1.Prices.GetAsync(i.PriceId)).UnitAmount * i.Quantity))).Sum();
        }

        return subscription.CancelAtPeriodEnd || subscription.Status == "canceled" ? 0 : subscription.Items.Sum(i => i.Price.UnitAmount * i.Quantity);
    }

    /// <summary>What was given, negative as Stripe books it.</summary>
    private static async Task<long> CourtesyAsync(StripeClient stripe, Case about) =>
        (await stripe.V1.Customers.BalanceTransactions.ListAsync(about.Customer)).Where(t => t is { Type: "adjustment", Amount: < 0 }).Sum(t => t.Amount);

    private static async Task<List<BalanceTransaction>> MovementsAsync(StripeClient stripe, Case about) =>
        (await new Objects(stripe).DisputeOfAsync((string)about.Arguments["charge"]!)).BalanceTransactions;

    private static async Task<List<Charge>> ChargesAsync(StripeClient stripe, Case about) =>
        (await stripe.V1.Charges.ListAsync(new ChargeListOptions { Customer = about.Customer })).Data;

    private static async Task<IEnumerable<CreditNote>> NotesAsync(StripeClient stripe, Case about) =>
        (await stripe.V1.CreditNotes.ListAsync(new CreditNoteListOptions { Invoice = about.Invoice })).Where(n => n.Status != "void");

    private static async Task<Case> CaseAsync(Objects objects, Random random, string currency)
    {
        // A step of ten: Stripe takes three-decimal amounts in tens only.
        var total = 10L * random.Next(200, 50_000);
        var part = 10L * random.Next(1, (int)(total / 10));
        var tax = random.Next(3) switch { 0 => null, 1 => new Tax(19, Inclusive: false), _ => new Tax(7.5m, Inclusive: true) };
        switch (random.Next(16))
        {
            case 12 or 13:
                return await DowngradeAsync(objects, random, part, currency);
            case 14:
                return await CouponAsync(objects, random, part, currency);
            case 15:
                var mistaken = await objects.CustomerAsync();
                await objects.StoreCreditAsync(mistaken.Id, part, currency);
                return new Case("take_back_courtesy_credit", await objects.GivenAsync(mistaken, 10, currency), mistaken.Id, currency, null, null);

            case 0:
                var charged = await objects.PaidInvoiceAsync(total, currency, tax: tax);
                return Of("issue_refund", Objects.Refund(await objects.ChargeOfAsync(charged), random.Next(4) == 0 ? null : part), charged);
            case 1:
                var open = await objects.OpenInvoiceAsync(total, currency, tax: tax);
                await StoreAsync(objects, random, open);
                return Of("issue_credit_note", Objects.Credit(open, part), open);
            case 2:
                var paid = await objects.PaidInvoiceAsync(total, currency, tax: tax);
                return Of("issue_credit_note", Objects.Credit(paid, part, "refund"), paid);
            case 3:
                var kept = await objects.PaidInvoiceAsync(total, currency, tax: tax);
                await StoreAsync(objects, random, kept);
                return Of("issue_credit_note", Objects.Credit(kept, part, "customer_balance"), kept);
            case 4:
                var credited = await objects.OpenInvoiceAsync(total, currency, tax: tax);
                return Of("void_credit_note", new JsonObject { ["credit_note"] = (await objects.CreditNoteAsync(credited, part)).Id }, credited);
            case 5:
                return Of("cancel_subscription_at_period_end", await objects.SubscriptionAsync(part, random.Next(1, 20), currency), currency);
            case 6:
                return Of("cancel_subscription_now", await objects.SubscriptionAsync(part, random.Next(1, 20), currency), currency);
            case 7:
                var customer = await objects.CustomerAsync();
                if (random.Next(2) == 0)
                {
                    await objects.StoreCreditAsync(customer.Id, part, currency);
                }

                return new Case("give_courtesy_credit", Objects.Courtesy(customer, part, currency), customer.Id, currency, null, null);
            case 10:
                var disputed = await objects.DisputedChargeAsync(total, currency);
                return new Case(random.Next(2) == 0 ? "submit_dispute_evidence" : "accept_dispute", new JsonObject { ["charge"] = disputed.Id }, disputed.CustomerId, currency, null, null);
            case 8 or 9:
                return await LinesAsync(objects, random, currency, tax);
            default:
                var ending = await objects.SubscriptionAsync(part, random.Next(1, 20), currency);
                await objects.EndAsync(ending);
                return Of("reactivate_subscription", ending, currency);
        }
    }

    /// <summary>Fewer pieces, at the end of the period or at once, or such a change taken back.</summary>
    private static async Task<Case> DowngradeAsync(Objects objects, Random random, long unit, string currency)
    {
        var (before, after) = (random.Next(5, 20), random.Next(1, 5));
        if (random.Next(3) == 0)
        {
            return Of("keep_plan", await objects.DowngradedAsync(unit, before, after, currency), currency);
        }

        var of = Of(random.Next(2) == 0 ? "downgrade_now" : "downgrade_at_period_end", await objects.SubscriptionAsync(unit, before, currency), currency);
        (of.Arguments["plan"], of.Arguments["quantity"]) = ("Team", after);
        return of;
    }

    /// <summary>An end with credit, some minutes into a month that was paid, of seats or of a price in tiers or packages.</summary>
    private static async Task<Case> ProratedAsync(RealBench bench, Random random, string currency)
    {
        var objects = new Objects(bench.Sandbox.Admin);
        var tax = random.Next(3) switch { 0 => null, 1 => new Tax(20, Inclusive: false), _ => new Tax(7.5m, Inclusive: true) };
        var subscription = await objects.PricedAsync((PricingModel)random.Next(4), 100L * random.Next(1, 9_000), random.Next(1, 30), currency, tax);
        if (random.Next(2) == 0)
        {
            await objects.StoreCreditAsync(subscription.CustomerId, 10L * random.Next(1, 900), currency);
        }

        return Of("cancel_subscription_prorated", subscription, currency);
    }

    private static async Task<Case> CouponAsync(Objects objects, Random random, long unit, string currency)
    {
        var of = Of("apply_coupon_once", await objects.SubscriptionAsync(unit, random.Next(1, 20), currency), currency);
        of.Arguments["coupon"] = await objects.CouponAsync(random.Next(1, 100));
        return of;
    }

    /// <summary>Some lines of an invoice, open or paid, with their tax.</summary>
    private static async Task<Case> LinesAsync(Objects objects, Random random, string currency, Tax? tax)
    {
        var invoice = await objects.LinesInvoiceAsync(Enumerable.Range(0, random.Next(2, 5)).Select(_ => 1000L * random.Next(1, 300)), currency, tax ?? new Tax(20, Inclusive: false));
        var paid = random.Next(2) == 0;
        if (paid)
        {
            await objects.PayAsync(invoice);
        }

        var arguments = new JsonObject { ["invoice"] = invoice.Id, ["lines"] = new JsonArray(random.Next(2) == 0 ? [1] : [2, 1]), ["reason"] = "order_change" };
        if (paid)
        {
            arguments["disposition"] = random.Next(2) == 0 ? "refund" : "customer_balance";
        }

        return Of("issue_credit_note", arguments, invoice);
    }

    private static Task StoreAsync(Objects objects, Random random, Invoice invoice) =>
        random.Next(2) == 0 ? Task.CompletedTask : objects.StoreCreditAsync(invoice.CustomerId, 10L * random.Next(1, 9_000), invoice.Currency);

    private static Case Of(string operation, JsonObject arguments, Invoice invoice) => new(operation, arguments, invoice.CustomerId, invoice.Currency, invoice.Id, null);

    private static Case Of(string operation, Subscription subscription, string currency) =>
        new(operation, new JsonObject { ["subscription"] = subscription.Id }, subscription.CustomerId, currency, null, subscription.Id);

    private sealed record Case(string Operation, JsonObject Arguments, string Customer, string Currency, string? Invoice, string? Subscription);
}
