using System.Security.Cryptography;

namespace BillingCopilot.Governance.Audit;

/// <summary>The key that signs heads; it lives outside the database.</summary>
public sealed class AuditKeys(AuditOptions options)
{
    private const string Signing = "audit-signing.pem";

    private readonly Lock _gate = new();
    private ECDsa? _signing;

    /// <summary>False without a folder for them.</summary>
    public bool Exist => options.KeyFolder is not null;

    /// <summary>ECDSA over P-256 and SHA-256, base64.</summary>
    public string Sign(string text)
    {
        lock (_gate)
        {
            return Convert.ToBase64String(SigningKey().SignData(System.Text.Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256));
        }
    }

    public bool Verify(string text, string signature)
    {
        Span<byte> bytes = stackalloc byte[128];
        lock (_gate)
        {
            return Convert.TryFromBase64String(signature, bytes, out var length)
                && SigningKey().VerifyData(System.Text.Encoding.UTF8.GetBytes(text), bytes[..length], HashAlgorithmName.SHA256);
        }
    }

    private ECDsa SigningKey()
    {
        if (_signing is null)
        {
            var pem = ReadOrMake(Signing, () =>
            {
                using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                return fresh.ExportPkcs8PrivateKeyPem();
            });
            _signing = ECDsa.Create();
            _signing.ImportFromPem(pem);
        }

        return _signing;
    }

    private string ReadOrMake(string name, Func<string> make)
    {
        var folder = options.KeyFolder ?? throw new InvalidOperationException("There is no folder for the audit log's keys.");
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(folder);
        if (!File.Exists(path))
        {
            // Whole or absent, and the first of two processes wins.
            var unfinished = $"{path}.{Environment.ProcessId}";
            using (var file = PrivateFiles.Open(unfinished))
            using (var writer = new StreamWriter(file))
            {
                writer.Write(make());
            }

            try
            {
                File.Move(unfinished, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(unfinished);
            }
        }

        return File.ReadAllText(path);
    }
}
