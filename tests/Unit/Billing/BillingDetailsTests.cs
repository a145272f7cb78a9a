using BillingCopilot.Billing;
using BillingCopilot.Billing.Customers;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class BillingDetailsTests
{
    private static readonly BillingDetails Nothing = new(null, null, null, null, null, null, null, null, null);
    private static readonly BillingDetails Acme = new("Acme", "billing@acme.example", "+1 555 0100", "1 Quay", "Floor 2", "Reno", "NV", "89501", "US");

    public static TheoryData<string, string> Kinds
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var kind in TaxIdKinds.All)
            {
                all.Add(kind.Kind, kind.Example);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Normalise_TheExampleOfEachKind_IsTaken_AndOneCharacterMoreIsNot(string kind, string example)
    {
        Ok(TaxIdKinds.Normalise(kind, example)).ShouldBe(example);
        Refused(TaxIdKinds.Normalise(kind, example + "#")).Code.ShouldBe("invalid_tax_id");
    }

    [Theory]
    [InlineData("eu_vat", " de 123.456.789 ", "DE123456789")]
    [InlineData("eu_vat", "NL123456789B12", "NL123456789B12")]
    [InlineData("gb_vat", "gb 123 4567 89", "GB123456789")]
    [InlineData("eu_vat", "DE98765432", null)]
    [InlineData("eu_vat", "US123456789", null)]
    [InlineData("us_ein", "123456789", null)]
    [InlineData("eu_vat", "", null)]
    public void Normalise_AsPeopleTypeIt_IsBroughtIntoItsFormOrRefused(string kind, string typed, string? number)
    {
        if (number is not null)
        {
            Ok(TaxIdKinds.Normalise(kind, typed)).ShouldBe(number);
            return;
        }

        var refusal = Refused(TaxIdKinds.Normalise(kind, typed));
        refusal.Code.ShouldBe("invalid_tax_id");
        if (typed.Length > 0)
        {
            refusal.ToString().ShouldNotContain(typed);
        }
    }

    [Fact]
    public void Normalise_AnUnknownKind_IsRefusedWithThoseThereAre() => Refused(TaxIdKinds.Normalise("xx_vat", "1")).Remedy!.ShouldContain("eu_vat, gb_vat");

    [Theory]
    [InlineData("name", "", "empty_name")]
    [InlineData("email", "", "invalid_email")]
    [InlineData("email", "no address", "invalid_email")]
    [InlineData("email", "a@b", "invalid_email")]
    [InlineData("email", "a@b.example,c@d.example", "invalid_email")]
    [InlineData("email", "rechnung@müller.example", null)]
    [InlineData("phone", "call me", "invalid_phone")]
    [InlineData("phone", "", null)]
    [InlineData("country", "USA", "invalid_country")]
    [InlineData("country", "us", "invalid_country")]
    [InlineData("country", "", "missing_country")]
    [InlineData("country", "DE", null)]
    [InlineData("city", "Reno", "nothing_to_change")]
    [InlineData("line2", "", null)]
    public void Refuse_OneFieldChanged_SaysWhatIsWrongAndNeverTheValue(string field, string value, string? code)
    {
        var refusal = BillingDetailsRules.Refuse(Acme, Change(field, value));
        refusal?.Code.ShouldBe(code);
        (refusal is null).ShouldBe(code is null);
        if (value.Length > 3)
        {
            (refusal?.ToString() ?? "").ShouldNotContain(value);
        }
    }

    [Fact]
    public void With_AnEmptyText_TakesAValueAway_AndWhatIsNotGivenStays() =>
        Acme.With(Change("line2", "") with { City = "Sparks" }).ShouldBe(Acme with { Line2 = null, City = "Sparks" });

    private static BillingDetails Change(string field, string value) => field switch
    {
        "name" => Nothing with { Name = value },
        "email" => Nothing with { Email = value },
        "phone" => Nothing with { Phone = value },
        "country" => Nothing with { Country = value },
        "city" => Nothing with { City = value },
        _ => Nothing with { Line2 = value },
    };

    private static string Ok(Outcome<string> outcome) => outcome.ShouldBeOfType<Outcome<string>.Ok>().Value;

    private static Refusal Refused(Outcome<string> outcome) => outcome.ShouldBeOfType<Outcome<string>.Refused>().Refusal;
}
