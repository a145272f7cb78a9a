using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Casts the customers of the world. The cast is the same for every seed; names, dates and amounts differ.</summary>
internal sealed class Roster
{
    private readonly SeededRandom _random;
    private readonly CompanyNames _names;
    private readonly List<CustomerScript> _scripts = [];

    public Roster(SeededRandom random)
    {
        _random = random;
        _names = new CompanyNames(random.Stream("names"));
    }

    /// <summary>Scripts of the customers whom the truth tells of.</summary>
    public IReadOnlyList<CustomerScript> Cast()
    {
        Add(Role.InvoiceIncrease, IncreaseCast.Parts);
        Add(Role.FailedInvoice, TroubleCast.FailedParts);
        Add(Role.DoubleCharge, ChargeCast.DoubleParts);
        Add(Role.EqualCharge, ChargeCast.EqualParts);
        Add(Role.Healthy, QuietCast.HealthyParts);
        Add(Role.PastUpgrade, IncreaseCast.PastParts);
        Add(Role.Balance, QuietCast.BalanceParts);
        Add(Role.Yearly, QuietCast.YearlyParts);
        Add(Role.Canceled, TroubleCast.CanceledParts);
        Add(Role.Hostile, HostileCast.Parts);
        AddAmbiguous();
        Add(Role.Disputed, DisputeCast.Parts);
        Add(Role.Carry, DisputeCast.CarryParts);
        Add(Role.UsageAnomaly, UsageCast.AnomalyParts);
        Add(Role.UsageLookAlike, UsageCast.LookAlikeParts);
        Add(Role.Churner, LeavingCast.ChurnParts);
        Add(Role.Stayer, LeavingCast.StayParts);
        Add(Role.PlanDriver, LeavingCast.DriverParts);
        Add(Role.DriverLookAlike, LeavingCast.DriverLookAlikeParts);
        Add(Role.WrongProration, MistakeCast.ProrationParts);
        Add(Role.OddProration, MistakeCast.OddProrationParts);
        Add(Role.MissedDiscount, MistakeCast.MissedDiscountParts);
        Add(Role.OtherSubscription, MistakeCast.OtherSubscriptionParts);
        Add(Role.Disputed, DisputeCast.LaterParts, DisputeCast.Parts.Count);
        Add(Role.PaymentUnderWay, ComingCast.PaymentParts);
        Add(Role.Trial, ComingCast.TrialParts);
        Add(Role.EndAsked, ComingCast.EndParts);
        Add(Role.PlanAhead, ComingCast.PlanParts);
        Add(Role.BilledAfterEnd, AfterEndCast.Parts);
        Add(Role.PaidAfterEnd, AfterEndCast.LookAlikeParts);
        Add(Role.CurrencyChanged, AfterEndCast.CurrencyParts);
        return _scripts;
    }

    /// <summary>Names of the many customers of the larger sizes.</summary>
    public IReadOnlyList<string> FillerNames(int count) => [.. Enumerable.Range(0, count).Select(_ => _names.NextListed())];

    /// <summary>One of the many.</summary>
    public CustomerScript Filler(int position, string name) => Script(Role.Filler, QuietCast.Filler, position, name);

    /// <param name="from">Order of the first, where others of the role were cast before.</param>
    private void Add(Role role, IReadOnlyList<Func<Draft, CustomerScript>> parts, int from = 0)
    {
        for (var order = 0; order < parts.Count; order++)
        {
            Add(role, parts[order], from + order, _names.Next());
        }
    }

    private void AddAmbiguous()
    {
        string[] suffixes = [" GmbH", " Inc.", " Group"];
        for (var pair = 0; pair < suffixes.Length; pair++)
        {
            var name = _names.Next();
            Add(Role.Ambiguous, QuietCast.Twin, 2 * pair, name);
            Add(Role.Ambiguous, QuietCast.Twin, 2 * pair + 1, name + suffixes[pair]);
        }
    }

    private void Add(Role role, Func<Draft, CustomerScript> part, int order, string name) => _scripts.Add(Script(role, part, order, name));

    private CustomerScript Script(Role role, Func<Draft, CustomerScript> part, int order, string name) =>
        HostileLookAlikes.Apply(part(new Draft(role, order, name, _random.Stream($"{role}:{order}"))));
}
