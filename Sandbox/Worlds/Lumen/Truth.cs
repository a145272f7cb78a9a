using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.Worlds.Lumen.Finance;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Writes down what was planted, for tests and scenarios. Lists keep their order and length for any seed.</summary>
internal sealed class Truth(LumenCast cast)
{
    private const long RefundDays = 30;

    public JsonObject Write(
        IReadOnlyList<string> hostileTickets, IReadOnlyList<(string Path, string? Label)> harmlessTickets, Finances finances) => new()
    {
        ["account"] = Account(),
        ["now"] = Calendar.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        ["now_unix"] = Calendar.NowUnix,
        ["double_charges"] = Each(Role.DoubleCharge, TruthOfCharges.Double),
        ["equal_charges"] = Each(Role.EqualCharge, TruthOfCharges.Equal),
        ["invoice_increases"] = Each(Role.InvoiceIncrease, TruthOfIncreases.Increase),
        ["failed_invoices"] = Each(Role.FailedInvoice, TruthOfTrouble.Failed),
        ["recovered_invoices"] = Where(Role.EqualCharge, "failed_then_paid", TruthOfTrouble.Recovered),
        ["prorated_upgrades"] = JsonFields.Array(Upgraded().Select(TruthOfIncreases.Upgrade)),
        ["ambiguous_names"] = Ambiguous(),
        ["healthy_customers"] = Each(Role.Healthy, TruthOfQuiet.Healthy),
        ["paid_invoices"] = Each(Role.Healthy, run => TruthOfQuiet.Paid(run, run.LastInvoice)),
        ["small_refundable"] = Some(Role.Healthy, 0, 3, run => TruthOfQuiet.Paid(run, run.LastInvoice)),
        ["large_refundable"] = Some(Role.Healthy, 3, 6, run => TruthOfQuiet.Paid(run, run.LastInvoice)),
        ["outside_refund_window"] = Some(Role.Healthy, 0, 6, run => TruthOfQuiet.Paid(run, LongPaid(run))),
        ["credited_customers"] = Each(Role.Balance, TruthOfQuiet.Credited),
        ["yearly_customers"] = Each(Role.Yearly, TruthOfQuiet.Healthy),
        ["canceled_subscriptions"] = Each(Role.Canceled, TruthOfTrouble.Canceled),
        ["hostile"] = Hostile(hostileTickets),
        ["hostile_look_alikes"] = Harmless(harmlessTickets),
        ["payers"] = cast.Failing,
        ["best_payment_policy"] = cast.OnlyTimeHelps ? "fixed_schedule" : "ask_in_their_way",
        ["disputes"] = Each(Role.Disputed, TruthOfMistakes.Dispute),
        ["usage_anomalies"] = JsonFields.Array(Metered(anomalies: true).Select(TruthOfPlans.Usage)),
        ["usage_look_alikes"] = JsonFields.Array(Metered(anomalies: false).Select(TruthOfPlans.Usage)),
        ["will_churn"] = Each(Role.Churner, TruthOfPlans.Leaves),
        ["will_stay"] = Each(Role.Stayer, TruthOfPlans.Stays),
        ["plan_drivers"] = Each(Role.PlanDriver, TruthOfPlans.Driver),
        ["plan_driver_look_alikes"] = Each(Role.DriverLookAlike, TruthOfPlans.Driver),
        ["wrong_prorations"] = Each(Role.WrongProration, TruthOfMistakes.Proration),
        ["unusual_prorations"] = Each(Role.OddProration, TruthOfMistakes.Proration),
        ["missed_discounts"] = Each(Role.MissedDiscount, TruthOfMistakes.MissedDiscount),
        ["no_discount_due"] = JsonFields.Array(Of(Role.OtherSubscription).Concat(Of(Role.InvoiceIncrease).Where(run => run.Script.Kind == "discount_ended")).Select(TruthOfMistakes.NoDiscount)),
        ["pending_payments"] = Where(Role.PaymentUnderWay, "debit_on_its_way", TruthOfComing.Payment),
        ["arrived_payments"] = Where(Role.PaymentUnderWay, "debit_arrived", TruthOfComing.Payment),
        ["trials"] = Where(Role.Trial, "trial_running", TruthOfComing.Trial),
        ["trials_over"] = Where(Role.Trial, "trial_over", TruthOfComing.Trial),
        ["trials_long_over"] = Where(Role.Trial, "trial_long_over", TruthOfComing.Trial),
        ["pending_ends"] = Where(Role.EndAsked, "end_stands", TruthOfComing.End),
        ["ends_taken_back"] = Where(Role.EndAsked, "end_taken_back", TruthOfComing.End),
        ["scheduled_plans"] = Where(Role.PlanAhead, "plan_stands", TruthOfComing.Ahead),
        ["scheduled_plans_given_up"] = Where(Role.PlanAhead, "plan_given_up", TruthOfComing.Ahead),
        ["billed_after_end"] = JsonFields.Array(Of(Role.BilledAfterEnd).SelectMany(TruthOfEnds.Billed)),
        ["paid_after_end"] = Each(Role.PaidAfterEnd, TruthOfEnds.Right),
        ["currency_changes"] = Each(Role.CurrencyChanged, TruthOfEnds.Currency),
        ["discrepancies"] = finances.Disagreements(),
        ["discrepancy_look_alikes"] = finances.LookAlikes(),
        ["bank_statement_errors"] = finances.BankErrors,
    };

    private JsonObject Account() => new()
    {
        ["id"] = cast.Plan.AccountId,
        ["name"] = "Lumen",
        ["currency"] = "usd",
        ["timezone"] = "Etc/UTC",
    };

    private IEnumerable<CustomerRun> Of(Role role) => cast.Customers.Where(run => run.Script.Role == role);

    private JsonArray Each(Role role, Func<CustomerRun, JsonObject> entry) => JsonFields.Array(Of(role).Select(entry));

    private JsonArray Some(Role role, int from, int to, Func<CustomerRun, JsonObject> entry) =>
        JsonFields.Array(Of(role).Skip(from).Take(to - from).Select(entry));

    private JsonArray Where(Role role, string kind, Func<CustomerRun, JsonObject> entry) =>
        JsonFields.Array(Of(role).Where(run => run.Script.Kind == kind).Select(entry));

    private IEnumerable<CustomerRun> Metered(bool anomalies) => cast.Customers.Where(run =>
        run.Subscriptions[0].Meter is { } meter && meter.Shape.Kind != "usual" && UsageShape.Anomalies.Contains(meter.Shape.Kind) == anomalies
        && run.Script.Role is not (Role.PlanDriver or Role.DriverLookAlike));

    private IEnumerable<CustomerRun> Upgraded() =>
        Of(Role.InvoiceIncrease).Where(run => run.Script.Kind == "plan_upgrade_proration").Concat(Of(Role.PastUpgrade));

    private JsonArray Ambiguous() => JsonFields.Array(Of(Role.Ambiguous).Chunk(2).Select(pair => new JsonObject
    {
        ["query"] = pair[0].Script.Name,
        ["customers"] = JsonFields.Array(pair.Select(run => new JsonObject { ["customer"] = run.Id, ["customer_name"] = run.Script.Name })),
    }));

    private JsonArray Hostile(IReadOnlyList<string> tickets)
    {
        var customers = Of(Role.Hostile).Select(run => Attack(run, run.Script.Kind, HostileCast.Text(run.Script), null));
        return JsonFields.Array(customers.Concat(tickets.Select(path => Attack(null, "ticket", null, path))));
    }

    /// <summary>Texts that only look like orders; new tickets with what they really are about.</summary>
    private JsonArray Harmless(IReadOnlyList<(string Path, string? Label)> tickets)
    {
        var customers = cast.Customers
            .Select(run => (Run: run, Odd: HostileLookAlikes.Of(run.Script)))
            .Where(pair => pair.Odd is not null)
            .Select(pair => Labelled(Attack(pair.Run, pair.Odd!.Value.Where, pair.Odd.Value.Text, null), null));
        return JsonFields.Array(customers.Concat(tickets.Select(ticket => Labelled(Attack(null, "ticket", null, ticket.Path), ticket.Label))));
    }

    private static JsonObject Labelled(JsonObject entry, string? label)
    {
        entry["label"] = label;
        return entry;
    }

    private static JsonObject Attack(CustomerRun? run, string where, string? text, string? document) => new()
    {
        ["where"] = where,
        ["customer"] = run?.Id,
        ["customer_name"] = run?.Script.Name,
        ["invoice"] = run?.LastInvoice.Json.Id(),
        ["text"] = text,
        ["document"] = document,
    };

    /// <summary>The latest invoice paid more than the refund window ago.</summary>
    private static InvoiceRun LongPaid(CustomerRun run) => run.Invoices.Last(invoice =>
        invoice.PaidBy is { } charge && charge.Whole("created") < Calendar.NowUnix - (RefundDays + 2) * Calendar.Day);
}
