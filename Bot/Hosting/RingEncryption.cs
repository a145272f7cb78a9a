using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using BillingCopilot.Bot.Settings;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace BillingCopilot.Bot.Hosting;

/// <summary>Encrypts the keys of sign-in cookies where they are stored, with the key of <c>Auth:RingKey</c> (AES-256-GCM).</summary>
internal sealed class RingEncryptor(byte[] key) : IXmlEncryptor
{
    internal const int NonceSize = 12;
    internal const int TagSize = 16;

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var all = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(all.AsSpan(0, NonceSize));
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(all.AsSpan(0, NonceSize), plain, all.AsSpan(NonceSize + TagSize), all.AsSpan(NonceSize, TagSize));
        return new EncryptedXmlInfo(new XElement("encrypted", Convert.ToBase64String(all)), typeof(RingDecryptor));
    }
}

/// <summary>Reads what <see cref="RingEncryptor"/> wrote. The stored element names this type.</summary>
internal sealed class RingDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var given = services.GetRequiredService<CopilotSettings>().Auth.RingKey
            ?? throw new SettingsException("The keys of sign-in cookies are stored encrypted, and Auth:RingKey is missing. Give the key that they were stored with.");
        var all = Convert.FromBase64String(encryptedElement.Value);
        var plain = new byte[all.Length - RingEncryptor.NonceSize - RingEncryptor.TagSize];
        using var aes = new AesGcm(Convert.FromBase64String(given), RingEncryptor.TagSize);
        aes.Decrypt(all.AsSpan(0, RingEncryptor.NonceSize), all.AsSpan(RingEncryptor.NonceSize + RingEncryptor.TagSize), all.AsSpan(RingEncryptor.NonceSize, RingEncryptor.TagSize), plain);
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}
