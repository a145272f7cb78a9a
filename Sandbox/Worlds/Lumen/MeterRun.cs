using System.Globalization;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>What a customer's systems report to the meter, every evening from the start to now.</summary>
internal sealed class MeterRun
{
    private const long Evening = 22 * 3_600;

    public MeterRun(UsageShape shape, long start, SeededRandom random)
    {
        Shape = shape;
        var age = 0;
        for (var day = start / Calendar.Day * Calendar.Day + Calendar.Day; day + Calendar.Day <= Calendar.NowUnix; day += Calendar.Day)
        {
            var at = day + Evening + random.Stream($"at:{day}").Between(0, 1_800);
            foreach (var value in shape.Values(day, age, random))
            {
                Reports.Add((at, value));
                at += random.Stream($"again:{day}").Between(2, 9);
            }

            age++;
        }
    }

    public UsageShape Shape { get; }

    /// <summary>Unix seconds and calls of each report.</summary>
    public List<(long At, long Value)> Reports { get; } = [];

    /// <summary>Calls reported from one instant to before another.</summary>
    public long Between(long from, long to) => Reports.Where(report => report.At >= from && report.At < to).Sum(report => report.Value);

    /// <summary>From the first to the last day that was not as usual, as dates.</summary>
    public (string From, string To) Days(SeededRandom random)
    {
        var usual = new UsageShape("usual", Shape.Base);
        var days = Reports.GroupBy(report => report.At / Calendar.Day * Calendar.Day)
            .Where(day => !day.Select(report => report.Value).SequenceEqual(usual.Values(day.Key, 0, random)))
            .Select(day => Calendar.Date(day.Key)).ToList();
        return days.Count == 0 ? ("", "") : (days[0], days[^1]);
    }

    public void Write(CustomerRun customer)
    {
        foreach (var (at, value) in Reports)
        {
            customer.Books.Put(MeterEventObject.Create(
                customer.Ids.Next("mevt", at), at + 1, "api_calls", customer.Ids.Characters(20),
                new Dictionary<string, string> { ["stripe_customer_id"] = customer.Id, ["value"] = value.ToString(CultureInfo.InvariantCulture) }, at));
        }
    }
}
