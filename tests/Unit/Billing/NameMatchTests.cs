using BillingCopilot.Billing.Text;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class NameMatchTests
{
    [Theory]
    [InlineData("acme robotics", "Acme Robotics Inc.")]
    [InlineData("ACME", "Acme Robotics Inc.")]
    [InlineData("Acme Robtics", "Acme Robotics Inc.")]
    [InlineData("amce robotics", "Acme Robotics Inc.")]
    [InlineData("cafe noir", "Café Noir GmbH")]
    [InlineData("Muller", "Müller GmbH")]
    [InlineData("Müller", "Muller GmbH")]
    [InlineData("Zoe Sal", "Zoë Šál")]
    [InlineData("Lodz Oresund", "Łódź Øresund")]
    [InlineData("O'Brien Sons", "OBrien & Sons")]
    [InlineData("blue fin", "Bluefin Ltd")]
    public void Score_SameName_IsAboveThreshold(string query, string name) =>
        NameMatch.Score(query, name).ShouldBeGreaterThan(NameMatch.Threshold);

    /// <summary>Accents cost nothing at all: written with a table, as letters of their own, or with marks that stand apart.</summary>
    [Theory]
    [InlineData("Mur", "Mür")]
    [InlineData("Mür", "Mur")]
    [InlineData("Mu\u0308r", "Mür")]
    [InlineData("ACMÉ", "acme")]
    [InlineData("ＡＣＭＥ", "Acme")]
    public void Score_AccentsOnly_IsTheSameName(string query, string name) => NameMatch.Score(query, name).ShouldBe(1);

    [Theory]
    [InlineData("acme robotics", "Zenith Bakery")]
    [InlineData("acme", "Apex Labs")]
    [InlineData("", "Acme")]
    [InlineData("the company", "Acme Robotics Inc.")]
    public void Score_OtherName_IsBelowThreshold(string query, string name) =>
        NameMatch.Score(query, name).ShouldBeLessThan(NameMatch.Threshold);
}
